// Few classes, one by one: precision, recall and F1 before and after, and who was taken for whom.
import { useState } from 'react'
import type { Confusion, Report } from '../../protocol/report.ts'
import { formatCount, formatShare } from '../format.ts'

type Classes = NonNullable<Report['classes']>
const percent = (share: number | undefined): string => (share === undefined ? '–' : formatShare(share, 1))

export function ClassTables({ classes: { labels, before, after } }: { classes: Classes }) {
  const last = after ?? before
  const [of, setOf] = useState<'before' | 'after'>(after ? 'after' : 'before')
  const shown = of === 'after' ? after : before
  if (!last || ![before, after].every((c) => c === undefined || fits(c, labels))) return null
  return (
    <details>
      <summary>Class by class</summary>
      <div className="stack">
        <div className="scroll" tabIndex={0} role="region" aria-label="F1 class by class">
          <table>
            <caption className="small soft">Each class; precision and recall of the {after ? 'tuned model' : 'base'}</caption>
            <thead>
              <tr>
                <th scope="col">Class</th>
                {['Rows', 'Precision', 'Recall', 'F1 before', 'F1 after'].map((name) => (
                  <th key={name} scope="col" className="number">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {labels.map((label, i) => (
                <tr key={label}>
                  <th scope="row">{label}</th>
                  <td className="number">{formatCount(last.classes[i].support)}</td>
                  <td className="number">{percent(last.classes[i].precision)}</td>
                  <td className="number">{percent(last.classes[i].recall)}</td>
                  <td className="number">{percent(before?.classes[i].f1)}</td>
                  <td className="number">{percent(after?.classes[i].f1)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        {before && after && (
          <div className="row" role="group" aria-label="Whose confusions">
            {(['before', 'after'] as const).map((side) => (
              <button key={side} type="button" aria-pressed={of === side} onClick={() => setOf(side)}>
                {side === 'before' ? 'Base' : 'Tuned'}
              </button>
            ))}
          </div>
        )}
        {shown && <ConfusionTable labels={labels} confusion={shown} whose={of === 'after' ? 'tuned model' : 'base'} />}
      </div>
    </details>
  )
}

function ConfusionTable({ labels, confusion: { counts }, whose }: { labels: readonly string[]; confusion: Confusion; whose: string }) {
  const hasOther = counts.some((row) => row[labels.length] > 0)
  const columns = hasOther ? [...labels, 'anything else'] : labels
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={`Confusions of the ${whose}`}>
      <table className="confusion">
        <caption className="small soft">
          Confusions of the {whose}: classes expected down, answered across; right ones framed
        </caption>
        <thead>
          <tr>
            <th scope="col">Expected</th>
            {columns.map((label) => (
              <th key={label} scope="col" className="number">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labels.map((label, i) => {
            const row = counts[i]
            const total = row.reduce((a, b) => a + b, 0)
            return (
              <tr key={label}>
                <th scope="row">{label}</th>
                {columns.map((name, j) => (
                  <td key={name} className="number" data-right={i === j || undefined} style={shade(row[j], total)}>
                    {row[j] === 0 ? <span className="soft">0</span> : formatCount(row[j])}
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

/** A card from elsewhere may say anything. */
const fits = ({ counts, classes }: Confusion, labels: readonly string[]): boolean => classes.length === labels.length && counts.length === labels.length && counts.every((row) => row.length === labels.length + 1)

/** Deeper for a larger share of its row. */
const shade = (count: number, total: number): React.CSSProperties | undefined =>
  count === 0 ? undefined : { backgroundColor: `color-mix(in srgb, var(--accent) ${Math.round((40 * count) / total)}%, transparent)` }
