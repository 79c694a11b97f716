// Listens to the validation losses of a run as transformers' EarlyStoppingCallback and load_best_model_at_end do: the best is
// the lowest; patience counts validations in a row that do not lie below the best before them by more than the threshold.
import type { RunEvent } from '../protocol/event.ts'
import { Fault } from '../protocol/failure.ts'
import type { Training } from '../protocol/training.ts'

/** Flat buffer of the values of the best validation so far; part of a checkpoint. */
export const BEST = 'best'

type Knobs = Pick<Training, 'early_stopping_patience' | 'early_stopping_threshold' | 'load_best_model_at_end'>

export class ValidationWatch {
  best: { readonly step: number; readonly loss: number } | undefined
  private waited = 0

  constructor(private readonly knobs: Knobs) {}

  /** Throws when it has to listen and there is nothing to hear. */
  require(validates: boolean): void {
    if (validates || (this.knobs.early_stopping_patience === 0 && !this.knobs.load_best_model_at_end)) return
    throw new Fault('bad-recipe', 'This run has no validation loss, which early stopping and keeping the best need.', 'Hold out a share of the rows and validate every few steps.')
  }

  get keepsBest(): boolean {
    return this.knobs.load_best_model_at_end
  }

  /** Whether patience has run out. */
  get over(): boolean {
    const { early_stopping_patience: patience } = this.knobs
    return patience > 0 && this.waited >= patience
  }

  /** Answers whether no earlier loss was as low. */
  hear(step: number, loss: number): boolean {
    const before = this.best?.loss ?? Number.POSITIVE_INFINITY
    this.waited = before - loss > this.knobs.early_stopping_threshold ? 0 : this.waited + 1
    if (!(loss < before)) return false
    this.best = { step, loss }
    return true
  }

  /** What a continued run heard up to a step; repeated steps said the same twice. */
  restore(events: readonly RunEvent[], until: number): void {
    const heard = new Map(events.flatMap((e) => (e.type === 'validation' && e.step <= until ? [[e.step, e.loss] as const] : [])))
    for (const [step, loss] of heard) this.hear(step, loss)
  }
}
