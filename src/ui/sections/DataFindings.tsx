// What was found in the dataset: notes, what to look at with its ways out, what was changed already, the split, lengths, labels.
import type { DataRecipe } from '../../protocol/dataRecipe.ts'
import type { DatasetInfo } from '../../protocol/studio.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatCount, formatOf, formatShare } from '../format.ts'
import { Facts } from '../parts/Facts.tsx'
import { Remedies } from './Remedies.tsx'
import { say } from '../words/language.ts'
import { Told } from '../words/Told.tsx'

const SHOWN_LABELS = 20

export function DataFindings({ dataset }: { dataset: DatasetInfo }) {
  const { checks = [], notes = [], split, fill, lengths, labels = [], labelUnit = 'row', measuredRows } = dataset
  return (
    <>
      {notes.map((note) => (
        <p key={note} className="small soft">
          <Told text={note} />
        </p>
      ))}
      {measuredRows !== undefined && <p className="small soft">{say().rows.measured(formatCount(measuredRows))}</p>}
      {split && fill && (
        <Facts
          facts={[
            { name: say().rows.trainedOn, value: formatOf(split.train, 'row') },
            { name: say().rows.heldOut, value: formatOf(split.validation, 'row'), ...(split.isGiven && { remark: say().rows.ownFile }) },
            { name: say().rows.filled, value: say().rows.packed(formatShare(fill.packed, 1)), remark: say().rows.sorted(formatShare(fill.padded, 1)) },
          ]}
        />
      )}
      {checks.length > 0 && (
        <ul className="stack" aria-label={say().rows.found}>
          {checks.map((check) => (
            <li key={check.kind}>
              <Told text={check.message} />
              {check.lines.length > 0 && <span className="small soft"> {check.lines.length === 1 ? say().rows.lines.one : say().rows.lines.many} {linesText(check.lines, check.rows)}</span>}
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
          <summary>{say().rows.lengths}</summary>
          <Bars label={say().rows.byLength} heads={[say().rows.tokens, say().rows.rows]} rows={lengths.counts.map((count, i) => [say().numbers.to(formatCount((lengths.edges[i - 1] ?? 0) + 1), formatCount(lengths.edges[i] ?? 0)), count])} />
        </details>
      )}
      {labels.length > 0 && (
        <details>
          <summary>{formatOf(labels.length, 'label')}</summary>
          <Bars label={labelUnit === 'word' ? say().rows.wordsByLabel : say().rows.rowsByLabel} heads={[say().rows.label, labelUnit === 'word' ? say().rows.wordsToTrain : say().rows.rowsToTrain]} rows={labels.slice(0, SHOWN_LABELS).map((l) => [l.label, l.train])} />
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
    changes.push({ text: say().rows.changed[drop], undo: () => setData(rest.length > 0 ? { drop: rest } : {}, ['drop']) })
  }
  if (data.cut === 'start') only('cut', say().rows.changed.cut)
  if (data.quotes) only('quotes', say().rows.changed.quotes)
  if (data.balance) only('balance', say().rows.changed.balance)
  if (changes.length === 0) return null
  return (
    <ul className="stack" aria-label={say().rows.changes}>
      {changes.map(({ text, undo }) => (
        <li key={text} className="row">
          {text}
          <button type="button" disabled={working} onClick={undo} aria-label={say().rows.undoOf(text)}>
            {say().rows.undo}
          </button>
        </li>
      ))}
    </ul>
  )
}
