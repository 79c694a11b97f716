// Every stored run: found, put in order, and compared.
import { useState } from 'react'
import type { RunRecord } from '../../protocol/studio.ts'
import { newestFirst, shownRuns, sortedBy, SORTS, type RunView, type SortBy } from '../../store/runTable.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatOf } from '../format.ts'
import { methodNames } from '../methodNames.ts'
import { FailureNote } from '../parts/FailureNote.tsx'
import { statusWords } from '../runWords.ts'
import { CompareView } from './CompareView.tsx'
import { RunRow } from './RunRow.tsx'
import { useWords } from '../words/language.ts'
import './RunsSection.css'

const columns: Record<SortBy, { readonly label: string; readonly isNumber?: true }> = {
  name: { label: 'Name' },
  status: { label: 'Status' },
  method: { label: 'Method' },
  steps: { label: 'Steps', isNumber: true },
  loss: { label: 'Loss', isNumber: true },
  score: { label: 'Score', isNumber: true },
  started: { label: 'Started' },
}

/** Below so many there is nothing to look for. */
const LEAST_TO_FILTER = 4

export function RunsSection() {
  const { steps, compare: w } = useWords()
  const title = steps.runs
  const { value, failure, busy } = useApp((s) => s.runs)
  const methods = useApp((s) => s.methods.value)
  const { refreshRuns } = useActions()
  const [view, setView] = useState(newestFirst)
  const all = value ?? []
  const runs = shownRuns(all, view, (run) => methodNames(run.recipe.methods, methods))
  return (
    <section className="runs stack" id="runs" aria-labelledby="runs-title">
      <h2 id="runs-title" tabIndex={-1}>
        {title}
      </h2>
      {failure && (
        <FailureNote failure={failure}>
          <button type="button" onClick={() => void refreshRuns()}>
            Try again
          </button>
        </FailureNote>
      )}
      {all.length === 0 ? (
        <p className="small soft">
          {busy
            ? 'Reading the stored runs…'
            : 'Every run is kept in this browser, with its curves, scores and adapter. There is none yet.'}
        </p>
      ) : (
        <>
          {all.length >= LEAST_TO_FILTER && <Filters view={view} onChange={setView} shown={runs.length} of={all.length} />}
          {all.length > 1 && <p className="small soft">{w.tick}</p>}
          <div className="scroll" tabIndex={0} role="region" aria-label="Stored runs">
            <table>
              <thead>
                <tr>
                  <th scope="col">
                    <span className="unseen">Compare</span>
                  </th>
                  {SORTS.map((by) => (
                    <Heading key={by} by={by} view={view} onSort={() => setView(sortedBy(view, by))} />
                  ))}
                  <th scope="col">Actions</th>
                </tr>
              </thead>
              <tbody>
                {runs.map((run) => (
                  <RunRow key={run.id} run={run} />
                ))}
              </tbody>
            </table>
          </div>
          {runs.length === 0 && <p className="small soft">{w.none}</p>}
          <CompareView />
        </>
      )}
    </section>
  )
}

function Heading({ by, view, onSort }: { by: SortBy; view: RunView; onSort: () => void }) {
  const { label, isNumber } = columns[by]
  const isSorted = view.by === by
  return (
    <th scope="col" className={isNumber && 'number'} aria-sort={isSorted ? (view.descending ? 'descending' : 'ascending') : undefined}>
      <button type="button" className="sort" onClick={onSort}>
        {label}
        {isSorted && <span aria-hidden="true"> {view.descending ? '↓' : '↑'}</span>}
      </button>
    </th>
  )
}

const isStatus = (text: string): text is RunRecord['status'] => Object.hasOwn(statusWords, text)

function Filters({ view, onChange, shown, of }: { view: RunView; onChange: (view: RunView) => void; shown: number; of: number }) {
  const w = useWords().compare
  return (
    <div className="run-filters small" role="search" aria-label="Find runs">
      <label>
        {w.find}
        <input type="search" value={view.query} placeholder={w.findIn} onChange={(e) => onChange({ ...view, query: e.target.value })} />
      </label>
      <label>
        {w.status}
        <select
          value={view.status ?? 'all'}
          onChange={(e) => {
            const { status: _status, ...rest } = view
            onChange(isStatus(e.target.value) ? { ...rest, status: e.target.value } : rest)
          }}
        >
          <option value="all">{w.everything}</option>
          {Object.entries(statusWords).map(([status, word]) => (
            <option key={status} value={status}>
              {word}
            </option>
          ))}
        </select>
      </label>
      <span className="soft" role="status">
        {shown === of ? formatOf(of, 'run') : `${shown} of ${formatOf(of, 'run')}`}
      </span>
    </div>
  )
}
