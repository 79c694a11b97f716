// Train, Pause, Continue, Stop. Where a button cannot work yet, a sentence says what is missing.
import { useShallow } from 'zustand/react/shallow'
import { isNamedBase } from '../../protocol/isNamedBase.ts'
import { isMoving } from '../../store/runFigures.ts'
import { catalogue, isAnswering, type AppState } from '../../store/appState.ts'
import { recipeDiff } from '../../store/recipeDiff.ts'
import { useActions, useApp } from '../AppContext.ts'
import { ActionButton } from '../parts/ActionButton.tsx'
import { PassingButton } from '../parts/PassingButton.tsx'
import { ProgressBar } from '../parts/ProgressBar.tsx'
import { formatCount } from '../format.ts'
import type { Words } from '../words/en.ts'
import { say, useWords } from '../words/language.ts'
import { amountText, phaseText } from '../runWords.ts'
import { NoticeToggle } from './NoticeToggle.tsx'
import { SampleToggle } from './SampleToggle.tsx'
import './SampleTimeline.css'

/** The first thing that stands in the way of a run. */
function missing(s: AppState, blocked: string, w: Words['train']): string | undefined {
  if (s.device.failure) return w.needsGpu
  if (s.elsewhere) return w.elsewhere
  if (s.base.busy) return w.opening
  if (!s.base.value) return w.noModel
  if (!isNamedBase(s.recipe.base, s.base.value)) return w.otherModel(s.recipe.base.id)
  if (!s.dataset.value) return s.dataset.busy ? w.reading : w.noData
  if (s.size.failure) return w.unusable
  if (isAnswering(s)) return w.answering
  return blocked === '' ? undefined : blocked
}

/** One button through the whole run, so that a person who starts by keyboard can pause without searching. */
function primary(s: AppState, blocked: string, w: Words['train']): { label: 'train' | 'anew' | 'resume' | 'pause'; blocked: boolean; act: 'train' | 'pause' | 'resume' } {
  if (!s.working)
    return { label: s.run.phase === undefined ? 'train' : 'anew', blocked: missing(s, blocked, w) !== undefined, act: 'train' }
  if (s.run.phase === 'paused') return { label: 'resume', blocked: isAnswering(s), act: 'resume' }
  return { label: 'pause', blocked: s.run.phase !== 'training', act: 'pause' }
}

/** What was changed since the run on show was started does not go into it. */
function isOtherThanRun(s: AppState): boolean {
  const record = s.runs.value?.find((r) => r.id === s.runId)
  return record !== undefined && recipeDiff(record.recipe, s.recipe, catalogue(s), say().runs).length > 0
}

export function TrainControls({ blocked }: { blocked: string }) {
  const w = useWords().train
  const reason = useApp((s) => missing(s, blocked, w))
  const main = useApp(useShallow((s) => primary(s, blocked, w)))
  const working = useApp((s) => s.working)
  const runId = useApp((s) => s.runId)
  // As it was, a run that diverged would do so again; its failure offers another rate.
  const canGoOn = useApp((s) => !s.working && s.run.step < s.run.steps && s.run.checkpoint !== undefined && s.run.failure?.code !== 'diverged')
  const isEdited = useApp((s) => canGoOn && isOtherThanRun(s))
  const actions = useActions()
  return (
    <div className="stack">
      <div className="row">
        <ActionButton
          className="primary"
          blocked={main.blocked}
          aria-describedby="train-reason"
          onAct={() => void actions[main.act]()}
        >
          {w[main.label]}
        </ActionButton>
        {canGoOn && runId !== undefined && (
          <PassingButton onClick={() => void actions.continueRun(runId)}>{w.fromCheckpoint}</PassingButton>
        )}
        {working && <PassingButton onClick={() => void actions.stop()}>{w.stop}</PassingButton>}
      </div>
      {isEdited && <p className="small soft">{w.asStarted}</p>}
      <p id="train-reason" className="small soft">
        {working ? '' : (reason ?? <Amount />)}
      </p>
      {!working && <SampleToggle />}
      <NoticeToggle />
      <RunProgress />
    </div>
  )
}

/** How much reading the steps come to. */
function Amount() {
  const text = useApp((s) => amountText(s.recipe.training, s.dataset.value?.rows ?? 0, s.recipe.data.validation))
  return <>{text}</>
}

function RunProgress() {
  const { phase, step, steps } = useApp(useShallow(({ run: { phase, step, steps } }) => ({ phase, step, steps })))
  const text = useApp((s) => phaseText(s.run))
  const isPreparing = useApp((s) => s.working && isMoving(s.run.phase) && s.run.phase !== 'training')
  const working = useApp((s) => s.working)
  if (phase === undefined) return working ? <ProgressBar label={say().run.waiting} /> : null
  if (isPreparing) return <ProgressBar label={text} />
  return <ProgressBar label={text} done={step} total={steps} text={say().run.at(formatCount(step), formatCount(steps))} />
}
