// Whose values are judged: those of the lowest validation loss, or the last ones, and then whether earlier ones were better.
import { betterStep } from '../../store/runFigures.ts'
import type { RunState } from '../../store/runState.ts'
import { useApp } from '../AppContext.ts'
import { formatCount, formatLoss } from '../format.ts'
import type { JudgeWords } from '../reportWords.ts'
import { useWords } from '../words/language.ts'
import { Remedies } from './Remedies.tsx'

const KEEP = { remedies: [{ kind: 'training', name: 'load_best_model_at_end', value: true }] } as const

/** Undefined where the last values are the best known. */
export function bestText(run: RunState, words: JudgeWords): string | undefined {
  const { best } = run
  if (best) return words.best.taken(formatCount(best.step), formatLoss(best.loss))
  const better = betterStep(run)
  return better && words.best.missed(formatCount(better.step), formatLoss(better.loss), formatLoss(better.last))
}

export function BestNote() {
  const words = useWords().judge
  const text = useApp((s) => bestText(s.run, words))
  const keeps = useApp((s) => s.recipe.training.load_best_model_at_end)
  const hasBest = useApp((s) => s.run.best !== undefined)
  if (text === undefined) return null
  return (
    <p className="row small">
      {text}
      {!hasBest && !keeps && <Remedies of={KEEP} />}
      {!hasBest && keeps && <span className="soft">{words.best.nextKeeps}</span>}
    </p>
  )
}
