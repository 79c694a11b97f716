// Three amounts of training with a name. An effort sets how long a run is, how often it is checked and what it keeps; what it
// learns from, how, and how much memory it takes stays as it is.
import type { Recipe } from '../protocol/recipe.ts'
import { planKey } from './recipeEdits.ts'

export const efforts = ['quick', 'balanced', 'thorough'] as const
export type Effort = (typeof efforts)[number]

interface Amount {
  /** Passes over the training rows, within a least and a most number of steps. */
  readonly passes: number
  /** Of a quick run, so many that the built-in model answers a sample otherwise than before. */
  readonly least: number
  readonly most: number
  readonly validations: number
  readonly testRows: number
  /** Validations without a lower loss before it ends; the best values are kept then. 0: neither. */
  readonly patience: number
}
const amounts: Readonly<Record<Effort, Amount>> = {
  quick: { passes: 0.5, least: 40, most: 60, validations: 3, testRows: 10, patience: 0 },
  balanced: { passes: 3, least: 100, most: 400, validations: 8, testRows: 50, patience: 0 },
  thorough: { passes: 10, least: 300, most: 5000, validations: 20, testRows: 200, patience: 5 },
}

/** @param rows of the open dataset, held-out ones included */
export function withEffort(recipe: Recipe, effort: Effort, rows: number): Recipe {
  const { passes, least, most, validations, testRows, patience } = amounts[effort]
  const { batch_size, gradient_accumulation_steps } = recipe.training
  const perPass = (rows * (1 - recipe.data.validation)) / (batch_size * gradient_accumulation_steps)
  const wanted = Math.min(most, Math.max(least, passes * perPass))
  const steps = Math.ceil(wanted / 5) * 5
  const each = Math.max(1, Math.round(steps / validations))
  // Without rows that are held out there is no best.
  const isWatched = recipe.data.validation > 0
  return {
    ...recipe,
    training: {
      ...recipe.training,
      steps,
      warmup_steps: Math.min(10, Math.round(steps / 10)),
      eval_steps: each,
      save_steps: each,
      early_stopping_patience: isWatched ? patience : 0,
      load_best_model_at_end: isWatched && patience > 0,
    },
    evaluation: { ...recipe.evaluation, rows: testRows },
  }
}

export const effortOf = (recipe: Recipe, rows: number): Effort | undefined =>
  efforts.find((effort) => {
    const { training, evaluation } = withEffort(recipe, effort, rows)
    return evaluation.rows === recipe.evaluation.rows && JSON.stringify(training) === JSON.stringify(recipe.training)
  })

/** What the time of one step depends on. */
export function stepKey(recipe: Recipe): string {
  const { steps: _s, warmup_steps: _w, eval_steps: _e, save_steps: _v, early_stopping_patience: _p, load_best_model_at_end: _l, ...training } = recipe.training
  return planKey({ ...recipe, training: training as Recipe['training'] })
}
