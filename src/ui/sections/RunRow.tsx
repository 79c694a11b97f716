// One stored run: what it was, how it went, and what can be done with it.
import type { RunRecord } from '../../protocol/studio.ts'
import { MOST_COMPARED } from '../../store/appState.ts'
import { canContinue } from '../../store/runFigures.ts'
import { useActions, useApp } from '../AppContext.ts'
import { goTo } from '../goTo.ts'
import { formatCount, formatDate, formatLoss, formatShare } from '../format.ts'
import { ConfirmButton } from '../parts/ConfirmButton.tsx'
import { methodText } from '../methodNames.ts'
import { metricName, metricOf } from '../metricWords.ts'
import { useDownload } from '../useDownload.ts'
import { say } from '../words/language.ts'

const share = (score: number | undefined): string => (score === undefined ? '–' : formatShare(score, 1))

export function RunRow({ run }: { run: RunRecord }) {
  const { runs: w, run: runWords } = say()
  const isCompared = useApp((s) => s.compared.some((c) => c.id === run.id))
  const isFull = useApp((s) => s.compared.length >= MOST_COMPARED)
  const working = useApp((s) => s.working)
  const isShown = useApp((s) => s.runId === run.id)
  const method = useApp((s) => methodText(run.recipe.methods, s.methods.value))
  const { showRun, takeRecipe, continueRun, deleteRun, compare } = useActions()
  const download = useDownload()
  const name = `${run.recipe.name}, ${formatDate(run.createdAt)}`
  const open = async (): Promise<void> => {
    if (!(await showRun(run.id))) return
    goTo('train')
    await takeRecipe(run.recipe)
  }
  return (
    <tr aria-current={isShown || undefined}>
      <td>
        <input type="checkbox" checked={isCompared} disabled={isFull && !isCompared} aria-label={w.compareName(name)} onChange={(e) => void compare(run.id, e.target.checked)} />
      </td>
      <th scope="row">{run.recipe.name}</th>
      <td>
        <span className="status" data-status={run.status}>
          {working && isShown && run.status === 'running' ? runWords.running : runWords.status[run.status]}
        </span>
      </td>
      <td>{method}</td>
      <td className="number">
        {say().numbers.of(formatCount(run.step), formatCount(run.recipe.training.steps))}
      </td>
      <td className="number">{formatLoss(run.lastLoss)}</td>
      <td className="number">
        {run.scores ? (
          <>
            <span className="small soft">{metricName(metricOf(run))}</span> {share(run.scores.before)} → {share(run.scores.after)}
          </>
        ) : (
          '–'
        )}
      </td>
      <td>{formatDate(run.createdAt)}</td>
      <td>
        <div className="row">
          <button type="button" className="quiet" disabled={working} aria-label={w.openName(name)} onClick={() => void open()}>
            {w.open}
          </button>
          {canContinue(run) && (
            <button
              type="button"
              className="quiet"
              disabled={working}
              aria-label={w.continueName(name)}
              onClick={() => {
                goTo('train')
                void continueRun(run.id)
              }}
            >
              {w.continue}
            </button>
          )}
          <button
            type="button"
            className="quiet"
            disabled={working || !run.hasAdapter}
            aria-label={say().shelf.downloadName(name)}
            onClick={() => void download(run.id)}
          >
            {say().shelf.download}
          </button>
          <ConfirmButton
            label={say().shelf.delete}
            name={say().shelf.deleteName(name)}
            question={w.deleteQuestion(run.recipe.name)}
            confirm={say().runs.deleteConfirm}
            disabled={working}
            onConfirm={() => {
              goTo('runs')
              void deleteRun(run.id)
            }}
          />
        </div>
      </td>
    </tr>
  )
}
