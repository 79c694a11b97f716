// Every stored run, newest first.
import { useActions, useApp } from '../AppContext.ts'
import { FailureNote } from '../parts/FailureNote.tsx'
import { RunRow } from './RunRow.tsx'
import './RunsSection.css'

export function RunsSection() {
  const { value, failure, busy } = useApp((s) => s.runs)
  const { refreshRuns } = useActions()
  const runs = (value ?? []).toSorted((a, b) => b.createdAt - a.createdAt)
  return (
    <section className="runs stack" id="runs" aria-labelledby="runs-title">
      <h2 id="runs-title" tabIndex={-1}>
        Runs
      </h2>
      {failure && (
        <FailureNote failure={failure}>
          <button type="button" onClick={() => void refreshRuns()}>
            Try again
          </button>
        </FailureNote>
      )}
      {runs.length === 0 ? (
        <p className="small soft">
          {busy
            ? 'Reading the stored runs…'
            : 'Every run is kept in this browser, with its curves, scores and adapter. There is none yet.'}
        </p>
      ) : (
        <div className="scroll" tabIndex={0} role="region" aria-label="Stored runs">
          <table>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Status</th>
                <th scope="col">Method</th>
                <th scope="col" className="number">
                  Steps
                </th>
                <th scope="col" className="number">
                  Loss
                </th>
                <th scope="col" className="number">
                  Score
                </th>
                <th scope="col">Started</th>
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
      )}
    </section>
  )
}
