// The one next thing to do, from the state of the page. Pure.
import { isNamedBase } from '../protocol/isNamedBase.ts'
import type { AppState } from '../store/appState.ts'
import { isMoving } from '../store/runFigures.ts'
import { isTrained, type StepId } from './story.ts'
import type { Words } from './words/en.ts'

export interface NextStep {
  /** Its name in the words. */
  readonly what: Exclude<keyof Words['teach']['next'], 'next'>
  readonly at: StepId
  /** Share of the run that is done, 0 to 1, while it goes on. */
  readonly share?: number
}

/** None where nothing follows, or where something above stands in the way. */
export function nextStep(s: AppState): NextStep | undefined {
  const { run, base, dataset, working } = s
  if (s.device.failure || s.elsewhere) return undefined
  if (working) {
    if (run.phase === 'training' || run.phase === 'paused') return { what: run.phase === 'paused' ? 'paused' : 'watch', at: 'train', share: run.steps > 0 ? run.step / run.steps : 0 }
    return isMoving(run.phase) || run.phase === undefined ? { what: 'preparing', at: 'train' } : undefined
  }
  if (base.busy) return { what: 'opening', at: 'model' }
  if (!base.value || !isNamedBase(s.recipe.base, base.value)) return { what: 'model', at: 'model' }
  if (run.phase === 'failed') return { what: 'failed', at: 'train' }
  if (isTrained(s)) {
    if (!s.asked) return { what: 'judge', at: 'judge' }
    return s.exporting.value?.runId === s.runId ? undefined : { what: 'keep', at: 'take-away' }
  }
  if (dataset.busy) return { what: 'reading', at: 'data' }
  if (!dataset.value) return { what: 'data', at: 'data' }
  if (dataset.value.isUnmapped) return { what: 'mapping', at: 'data' }
  return { what: 'train', at: 'train' }
}
