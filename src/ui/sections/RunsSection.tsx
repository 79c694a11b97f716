// Every stored run: found, put in order, and compared.
import { shownRuns, sortedBy, SORTS, STATUSES, type RunView, type SortBy } from '../../store/runTable.ts'
import { useActions, useApp } from '../AppContext.ts'
import { formatCount, formatOf } from '../format.ts'
import { methodText } from '../methodNames.ts'
import { FailureNote } from '../parts/FailureNote.tsx'
import { CompareView } from './CompareView.tsx'
import { RunRow } from './RunRow.tsx'
import { say, useWords } from '../words/language.ts'
import './RunsSection.css'

const NUMBERS: readonly SortBy[] = ['steps', 'loss', 'score']

/** Below so many there is nothing to look for. */
const LEAST_TO_FILTER = 4

export function RunsSection() {
  const { steps, compare: w } = useWords()
  const title = steps.runs
  const { value, failure, busy } = useApp((s) => s.runs)
  const methods = useApp((s) => s.methods.value)
  const { refreshRuns, look } = useActions()
  const view = useApp((s) => s.views.runs)
  const all = value ?? []
  // What leaves runs out must be in sight, however few they are.
  const isFiltered = view.query !== '' || view.status !== undefined
  const runs = shownRuns(all, view, (run) => methodText(run.recipe.methods, methods))
  return (
    <section className="runs stack" id="runs" aria-labelledby="runs-title">
      <h2 id="runs-title" tabIndex={-1}>
        {title}
      </h2>
      {failure && (
        <FailureNote failure={failure}>
          <button type="button" onClick={() => void refreshRuns()}>
            {say().forms.tryAgain}
          </button>
        </FailureNote>
      )}
      {all.length === 0 ? (
        <p className="small soft">
          {busy
            ? say().runs.reading
            : say().runs.empty}
        </p>
      ) : (
        <>
          {(all.length >= LEAST_TO_FILTER || isFiltered) && <Filters view={view} onChange={(next) => look({ runs: next })} shown={runs.length} of={all.length} />}
          {all.length > 1 && <p className="small soft">{w.tick}</p>}
          <div className="scroll" tabIndex={0} role="region" aria-label={say().runs.stored}>
            <table>
              <thead>
                <tr>
                  <th scope="col">
                    <span className="unseen">{say().runs.compare}</span>
                  </th>
                  {SORTS.map((by) => (
                    <Heading key={by} by={by} view={view} onSort={() => look({ runs: sortedBy(view, by) })} />
                  ))}
                  <th scope="col">{say().runs.heads.actions}</th>
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
  const isNumber = NUMBERS.includes(by)
  const isSorted = view.by === by
  return (
    <th scope="col" className={isNumber ? 'number' : undefined} aria-sort={isSorted ? (view.descending ? 'descending' : 'ascending') : undefined}>
      <button type="button" className="sort" onClick={onSort}>
        {say().runs.heads[by]}
        {isSorted && <span aria-hidden="true"> {view.descending ? '↓' : '↑'}</span>}
      </button>
    </th>
  )
}

function Filters({ view, onChange, shown, of }: { view: RunView; onChange: (view: RunView) => void; shown: number; of: number }) {
  const w = useWords().compare
  return (
    <div className="run-filters small" role="search" aria-label={say().runs.find}>
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
            const status = STATUSES.find((s) => s === e.target.value)
            onChange({ ...rest, ...(status && { status }) })
          }}
        >
          <option value="all">{w.everything}</option>
          {STATUSES.map((status) => (
            <option key={status} value={status}>
              {say().run.status[status]}
            </option>
          ))}
        </select>
      </label>
      <span className="soft" role="status">
        {shown === of ? formatOf(of, 'run') : say().numbers.of(formatCount(shown), formatOf(of, 'run'))}
      </span>
    </div>
  )
}
