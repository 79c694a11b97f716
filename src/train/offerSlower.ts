// What can be done when a run has diverged, as buttons: go on from the last good checkpoint at a lower rate, or start anew.
import { Fault, type Remedy } from '../protocol/failure.ts'
import type { Training } from '../protocol/training.ts'

/** The next rate to try: a third, of two digits. */
const slower = (rate: number): number => Number((rate / 3).toPrecision(2))

/**
 * The error itself, or for a divergence one that offers what may help.
 * @param good step of the last checkpoint from before it; undefined where there is none
 */
export function offerSlower(error: unknown, { learning_rate, max_grad_norm }: Pick<Training, 'learning_rate' | 'max_grad_norm'>, good: number | undefined): unknown {
  if (!(error instanceof Fault) || error.code !== 'diverged') return error
  const rate = slower(learning_rate)
  const remedies: Remedy[] = [
    ...(good === undefined ? [] : [{ kind: 'continue', step: good, learning_rate: rate } as const]),
    { kind: 'training', name: 'learning_rate', value: rate },
    ...(max_grad_norm === 0 ? [{ kind: 'training', name: 'max_grad_norm', value: 1 } as const] : []),
  ]
  const hint = good === undefined ? 'No checkpoint from before that is left; train anew at a lower learning rate.' : `Go on from step ${good}, the last checkpoint from before that, at a lower learning rate, or train anew at one.`
  return new Fault(error.code, error.message, hint, error.detail, remedies)
}
