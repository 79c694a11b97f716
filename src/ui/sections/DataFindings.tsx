// What was found in the dataset: notes, what to look at with its ways out, what was changed already, the split, lengths, labels.
import type { DataRecipe } from '../../protocol/dataRecipe.ts'
import type { DatasetInfo } from '../../protocol/studio.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatCount, formatOf, formatShare } from '../format.ts'
import { Facts } from '../parts/Facts.tsx'
import { Remedies } from './Remedies.tsx'

const SHOWN_LABELS = 20

export function DataFindings({ dataset }: { dataset: DatasetInfo }) {
  const { checks = [], notes = [], split, fill, lengths, labels = [], labelUnit = 'row', measuredRows } = dataset
  return (
    <>
      {notes.map((note) => (
        <p key={note} className="small soft">
          {note}
        </p>
      ))}
      {measuredRows !== undefined && <p className="small soft">Lengths and tokens are those of the first {formatCount(measuredRows)} rows.</p>}
      {split && fill && (
        <Facts
          facts={[
            { name: 'Trained on', value: formatOf(split.train, 'row') },
            { name: 'Held out', value: formatOf(split.validation, 'row'), ...(split.isGiven && { remark: 'of a file of their own' }) },
            { name: 'Places filled', value: `${formatShare(fill.packed, 1)} packed`, remark: `${formatShare(fill.padded, 1)} sorted by length` },
          ]}
        />
      )}
      {checks.length > 0 && (
        <ul className="stack" aria-label="Found in the data">
          {checks.map((check) => (
            <li key={check.kind}>
              {check.message}
              {check.lines.length > 0 && <span className="small soft"> {check.lines.length === 1 ? 'Line' : 'Lines'} {linesText(check.lines, check.rows)}</span>}
              {check.remedies.length > 0 && (
                <div className="row">
                  <Remedies of={check} />
                </div>
              )}
            </li>
          ))}
        </ul>
      )}
      <Changes />
      {lengths && (
        <details>
          <summary>Lengths</summary>
          <Bars label="Rows by length" heads={['Tokens', 'Rows']} rows={lengths.counts.map((count, i) => [`${(lengths.edges[i - 1] ?? 0) + 1} to ${lengths.edges[i]}`, count])} />
        </details>
      )}
      {labels.length > 0 && (
        <details>
          <summary>{formatOf(labels.length, 'label')}</summary>
          <Bars label={labelUnit === 'word' ? 'Words by label' : 'Rows by label'} heads={['Label', labelUnit === 'word' ? 'Words to train on' : 'Rows to train on']} rows={labels.slice(0, SHOWN_LABELS).map((l) => [l.label, l.train])} />
        </details>
      )}
    </>
  )
}

const linesText = (lines: readonly number[], rows: number): string => `${lines.slice(0, 5).join(', ')}${rows > 5 ? ', …' : ''}`

/** A table whose last column is also drawn. */
function Bars({ label, heads, rows }: { label: string; heads: readonly [string, string]; rows: readonly (readonly [name: string, count: number])[] }) {
  const most = Math.max(1, ...rows.map(([, count]) => count))
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            <th scope="col">{heads[0]}</th>
            <th scope="col">{heads[1]}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, count]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{formatCount(count)}</td>
              <td>
                <meter min={0} max={most} value={count} aria-hidden="true" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** What the recipe changes of the data already, each to be taken back. */
function Changes() {
  const data = useApp((s) => s.recipe.data)
  const working = useApp((s) => s.working)
  const { setData } = useActions()
  const changes: { text: string; undo: () => void }[] = []
  const only = (name: keyof DataRecipe, text: string): void => void changes.push({ text, undo: () => setData({}, [name]) })
  for (const drop of data.drop ?? []) {
    const rest = (data.drop ?? []).filter((d) => d !== drop)
    changes.push({ text: DROP_TEXTS[drop], undo: () => setData(rest.length > 0 ? { drop: rest } : {}, ['drop']) })
  }
  if (data.cut === 'start') only('cut', 'Long rows lose the start of what is asked')
  if (data.quotes) only('quotes', 'Quotes are read as plain characters')
  if (data.balance) only('balance', 'Rows of rare labels are repeated')
  if (changes.length === 0) return null
  return (
    <ul className="stack" aria-label="Changes to the data">
      {changes.map(({ text, undo }) => (
        <li key={text} className="row">
          {text}
          <button type="button" disabled={working} onClick={undo} aria-label={`Undo: ${text}`}>
            Undo
          </button>
        </li>
      ))}
    </ul>
  )
}

const DROP_TEXTS = { duplicates: 'Duplicates are left out', leaks: 'Rows that are held out or asked are not trained on', 'too-long': 'Rows that are too long are left out' } as const
