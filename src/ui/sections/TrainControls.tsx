// Train, Pause, Continue, Stop. Where a button cannot work yet, a sentence says what is missing.
import { isMoving } from '../../store/runFigures.ts'
import type { AppState } from '../../store/appState.ts'
import { useActions, useApp } from '../AppContext.ts'
import { ProgressBar } from '../parts/ProgressBar.tsx'
import { formatCount } from '../format.ts'
import { phaseText } from '../runWords.ts'

/** The first thing that stands in the way of a run. */
function missing(s: AppState, blocked: string): string | undefined {
  if (s.device.failure) return 'Training needs WebGPU; see the top of the page.'
  if (s.base.busy) return 'The model is still opening.'
  if (!s.base.value) return 'Choose a model first.'
  if (!s.dataset.value) return s.dataset.busy ? 'The data is still being read.' : 'Choose data first.'
  return blocked === '' ? undefined : blocked
}

export function TrainControls({ blocked }: { blocked: string }) {
  const reason = useApp((s) => missing(s, blocked))
  const working = useApp((s) => s.working)
  const phase = useApp((s) => s.run.phase)
  const step = useApp((s) => s.run.step)
  const steps = useApp((s) => s.run.steps)
  const text = useApp((s) => phaseText(s.run))
  const runId = useApp((s) => s.runId)
  const canGoOn = useApp((s) => s.run.step < s.run.steps && s.run.checkpoint !== undefined && s.runId !== undefined)
  const { train, pause, resume, stop, continueRun } = useActions()
  const isPaused = phase === 'paused'
  return (
    <div className="stack">
      <div className="row">
        {!working && (
          <button
            type="button"
            className="primary"
            disabled={reason !== undefined}
            aria-describedby="train-reason"
            onClick={() => void train()}
          >
            {phase === undefined ? 'Train' : 'Train anew'}
          </button>
        )}
        {working && !isPaused && (
          <button type="button" className="primary" disabled={phase !== 'training'} onClick={() => void pause()}>
            Pause
          </button>
        )}
        {working && isPaused && (
          <button type="button" className="primary" onClick={() => void resume()}>
            Continue
          </button>
        )}
        {!working && canGoOn && runId !== undefined && (
          <button type="button" onClick={() => void continueRun(runId)}>
            Continue from the checkpoint
          </button>
        )}
        {working && (
          <button type="button" onClick={() => void stop()}>
            Stop
          </button>
        )}
      </div>
      <p id="train-reason" className="small soft">
        {!working && reason}
      </p>
      {phase !== undefined &&
        (working && isMoving(phase) && phase !== 'training' ? (
          <ProgressBar label={text} />
        ) : (
          <ProgressBar label={text} done={step} total={steps} text={`step ${formatCount(step)} of ${formatCount(steps)}`} />
        ))}
    </div>
  )
}
