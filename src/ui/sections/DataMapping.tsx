// Which column is what, where a dataset's own names do not say it, or say it wrongly. Every change is read at once, and can be
// taken back one by one.
import { useId, useState } from 'react'
import { mappingProblems, ROLES, type ColumnRole, type Mapping } from '../../protocol/dataRecipe.ts'
import type { DatasetInfo } from '../../protocol/studio.ts'
import { useActions, useApp } from '../AppContext.ts'
import { say } from '../words/language.ts'
import { Told } from '../words/Told.tsx'

const LONGEST_CELL = 80

export function DataMapping({ dataset }: { dataset: DatasetInfo }) {
  const mapping = useApp((s) => s.recipe.data.mapping)
  const working = useApp((s) => s.working)
  const { setData } = useActions()
  const [earlier, setEarlier] = useState<readonly (Mapping | undefined)[]>([])
  /** A choice that cannot be read yet stays here, until the rest of it is made. */
  const [draft, setDraft] = useState<Mapping>()
  const id = useId()
  const columns = dataset.columns ?? []
  if (columns.length === 0) return null
  const now = draft ?? mapping
  const problems = now ? mappingProblems(now, columns) : []
  const put = (next: Mapping | undefined): void => {
    const isReadable = next === undefined || mappingProblems(next, columns).length === 0
    setDraft(isReadable ? undefined : next)
    if (isReadable) setData(next ? { mapping: next } : {}, ['mapping'])
  }
  const change = (next: Mapping | undefined): void => {
    setEarlier([...earlier, now])
    put(next)
  }
  const undo = (): void => {
    put(earlier.at(-1))
    setEarlier(earlier.slice(0, -1))
  }
  const hasLabel = Object.values(now?.columns ?? {}).includes('label')
  return (
    <details open={dataset.isUnmapped || draft !== undefined || undefined}>
      <summary>{dataset.isUnmapped ? say().mapping.say : say().mapping.columns}</summary>
      <fieldset disabled={working} className="stack">
        <legend className="unseen">{say().mapping.what}</legend>
        <table>
          <thead>
            <tr>
              <th scope="col">{say().mapping.column}</th>
              <th scope="col">{say().mapping.first}</th>
              <th scope="col">{say().mapping.usedAs}</th>
            </tr>
          </thead>
          <tbody>
            {columns.map((column, i) => (
              <tr key={column}>
                <th scope="row" id={`${id}-${i}`}>
                  {column}
                </th>
                <td>{(dataset.head[0]?.[column] ?? '').slice(0, LONGEST_CELL)}</td>
                <td>
                  <select
                    aria-labelledby={`${id}-${i}`}
                    value={now?.columns[column] ?? (now ? 'ignore' : '')}
                    onChange={(e) => change({ ...now, columns: { ...now?.columns, [column]: e.target.value as ColumnRole } })}
                  >
                    {!now && <option value="">{dataset.isUnmapped ? say().mapping.choose : say().mapping.byName}</option>}
                    {ROLES.map((role) => (
                      <option key={role} value={role}>
                        {say().mapping.roles[role]}
                      </option>
                    ))}
                  </select>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {hasLabel && now && (
          <label>
            {say().mapping.labels}
            <textarea
              rows={2}
              defaultValue={now.labels?.join('\n') ?? ''}
              onBlur={(e) => {
                const labels = e.target.value.split('\n').map((l) => l.trim()).filter((l) => l !== '')
                const { labels: _labels, ...rest } = now
                if (labels.join('\n') !== (now.labels ?? []).join('\n')) change(labels.length > 0 ? { ...rest, labels } : rest)
              }}
            />
          </label>
        )}
        <p className="small soft" role="status">
          {problems.map((problem) => (
            <Told key={problem} text={problem} />
          ))}
        </p>
        <div className="row">
          <button type="button" disabled={earlier.length === 0} onClick={undo}>
            {say().rows.undo}
          </button>
          <button type="button" disabled={!now} onClick={() => change(undefined)}>{say().mapping.byNames}</button>
        </div>
      </fieldset>
    </details>
  )
}
