// How strongly a token is tinted by what it costs, and what an example costs on the mean.
import type { ReadToken } from '../../protocol/event.ts'

/** Least nats of each tint. A token that the model gives 90 %, 60 %, 22 %, 5 %, 1 % costs 0.1, 0.5, 1.5, 3, 4.6. */
export const TINTS = [0, 0.1, 0.5, 1.5, 3, 5] as const

export const tint = (loss: number): number => TINTS.findLastIndex((from) => loss >= from)

/** Over the tokens that are to be predicted; undefined where none is. */
export function meanLoss(tokens: readonly ReadToken[]): number | undefined {
  const losses = tokens.flatMap((t) => (t.loss === undefined ? [] : [t.loss]))
  return losses.length > 0 ? losses.reduce((a, b) => a + b, 0) / losses.length : undefined
}
