// Whose values are judged: those of the lowest validation loss, or the last ones, and then whether earlier ones were better.
import { betterStep } from '../../store/runFigures.ts'
import type { RunState } from '../../store/runState.ts'
import { useApp } from '../AppContext.ts'
import { formatCount, formatLoss } from '../format.ts'
import { Remedies } from './Remedies.tsx'

const KEEP = { remedies: [{ kind: 'training', name: 'load_best_model_at_end', value: true }] } as const

/** Undefined where the last values are the best known. */
export function bestText(run: RunState): string | undefined {
  const { best } = run
  if (best) return `Judged are the values of step ${formatCount(best.step)}, where the validation loss was lowest: ${formatLoss(best.loss)}.`
  const better = betterStep(run)
  if (!better) return undefined
  return `Judged are the last values. At step ${formatCount(better.step)} the validation loss was lower, ${formatLoss(better.loss)} instead of ${formatLoss(better.last)}: from there on it may have learned its rows by heart.`
}

export function BestNote() {
  const text = useApp((s) => bestText(s.run))
  const keeps = useApp((s) => s.recipe.training.load_best_model_at_end)
  const hasBest = useApp((s) => s.run.best !== undefined)
  if (text === undefined) return null
  return (
    <p className="row small">
      {text}
      {!hasBest && !keeps && <Remedies of={KEEP} />}
      {!hasBest && keeps && <span className="soft">The next run keeps the best.</span>}
    </p>
  )
}
