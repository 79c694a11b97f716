// The story of the page in six steps, and where it stands. Pure, and answers in plain strings so that a component
// renders again only when its words change.
import { activeUses } from '../store/adapterUses.ts'
import { catalogue, type AppState } from '../store/appState.ts'
import { presetOf } from '../store/recipeEdits.ts'
import { isMoving, lossNow } from '../store/runFigures.ts'
import { formatCount, formatLoss, formatOf, formatShare, formatShort } from './format.ts'
import { countText, shareOf } from './metricWords.ts'
import { methodText } from './methodNames.ts'
import { say } from './words/language.ts'

export const steps = [
  { id: 'model' },
  { id: 'data' },
  { id: 'method' },
  { id: 'train' },
  { id: 'judge' },
  { id: 'take-away' },
] as const
export type StepId = (typeof steps)[number]['id']
export type StepState = 'done' | 'now' | 'later'

export const isTrained = (s: AppState): boolean => s.run.phase === 'done' || (s.run.phase === 'stopped' && s.run.step > 0)

export function stepState(s: AppState, id: StepId): StepState {
  const hasRun = s.run.phase !== undefined
  const isReady = Boolean(s.base.value && s.dataset.value)
  switch (id) {
    case 'model':
      return s.base.value ? 'done' : 'now'
    case 'data':
      return s.dataset.value ? 'done' : s.base.value ? 'now' : 'later'
    case 'method':
      // It has a value from the start, so that it never is what is missing.
      return hasRun || isReady ? 'done' : 'later'
    case 'train':
      return isTrained(s) ? 'done' : isReady || hasRun ? 'now' : 'later'
    case 'judge':
      // Scores are there by themselves; it is judged once somebody asked. An adapter from elsewhere can be judged without a run.
      return isTrained(s) && s.asked ? 'done' : isTrained(s) || (!hasRun && activeUses(s).length > 0) ? 'now' : 'later'
    case 'take-away':
      return isTrained(s) ? 'now' : 'later'
    default:
      return id satisfies never
  }
}

export function stepSummary(s: AppState, id: StepId): string {
  const { run } = s
  switch (id) {
    case 'model':
      if (s.base.busy) return say().story.opening
      return s.base.value ? `${s.base.value.title}, ${formatShort(s.base.value.parameters)}` : say().story.noneOpen
    case 'data':
      if (s.dataset.busy) return say().story.reading
      return s.dataset.value ? `${s.recipe.name}, ${formatOf(s.dataset.value.rows, 'row')}` : say().story.pick
    case 'method':
      return methodText(s.recipe.methods, s.methods.value, presetOf(s.recipe.methods, catalogue(s))?.label)
    case 'train':
      if (run.step > 0) return say().story.progress(formatCount(run.step), formatCount(run.steps), formatLoss(lossNow(run)))
      return run.phase && isMoving(run.phase) ? `${say().run.short[run.phase]}…` : formatOf(s.recipe.training.steps, 'step')
    case 'judge':
      if (run.after && run.before) return run.after.entities ? `F1 ${formatShare(shareOf(run.before), 1)} → ${formatShare(shareOf(run.after), 1)}` : say().story.right(String(run.before.correct), String(run.after.correct), String(run.after.total))
      return run.before ? say().story.before(countText(run.before)) : say().story.beforeAfter
    case 'take-away':
      return s.exporting.value && s.exporting.value.runId === s.runId ? say().story.downloaded : isTrained(s) ? say().story.ready : say().story.adapterRecipe
    default:
      return id satisfies never
  }
}
