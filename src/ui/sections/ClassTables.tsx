// Few classes, one by one: precision, recall and F1 before and after, and who was taken for whom.
import { useState } from 'react'
import type { Confusion, Report } from '../../protocol/report.ts'
import { formatCount, formatShare } from '../format.ts'
import { useWords } from '../words/language.ts'

type Classes = NonNullable<Report['classes']>
const percent = (share: number | undefined): string => (share === undefined ? '–' : formatShare(share, 1))

export function ClassTables({ classes: { labels, before, after } }: { classes: Classes }) {
  const words = useWords().judge
  const last = after ?? before
  const [of, setOf] = useState<'before' | 'after'>(after ? 'after' : 'before')
  const shown = of === 'after' ? after : before
  if (!last || ![before, after].every((c) => c === undefined || fits(c, labels))) return null
  return (
    <details>
      <summary>{words.classes.title}</summary>
      <div className="stack">
        <div className="scroll" tabIndex={0} role="region" aria-label={words.classes.each}>
          <table>
            <caption className="small soft">{after ? words.classes.ofTuned : words.classes.ofBase}</caption>
            <thead>
              <tr>
                <th scope="col">{words.classes.class}</th>
                {[words.classes.rows, words.classes.precision, words.classes.recall, words.classes.before, words.classes.after].map((name) => (
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
          <div className="row" role="group" aria-label={words.classes.whose}>
            {(['before', 'after'] as const).map((side) => (
              <button key={side} type="button" aria-pressed={of === side} onClick={() => setOf(side)}>
                {side === 'before' ? words.card.base : words.card.tuned}
              </button>
            ))}
          </div>
        )}
        {shown && <ConfusionTable labels={labels} confusion={shown} title={of === 'after' ? words.classes.confusionsTuned : words.classes.confusionsBase} />}
      </div>
    </details>
  )
}

function ConfusionTable({ labels, confusion: { counts }, title }: { labels: readonly string[]; confusion: Confusion; title: string }) {
  const words = useWords().judge
  const hasOther = counts.some((row) => row[labels.length] > 0)
  const columns = hasOther ? [...labels, words.classes.other] : labels
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={title}>
      <table className="confusion">
        <caption className="small soft">
          {title}
          {words.classes.howTo}
        </caption>
        <thead>
          <tr>
            <th scope="col">{words.classes.expected}</th>
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
