// A few rows of a batch with what the model loses on every token, as a person reads them.
import type { Batch } from '../data/batches.ts'
import { previewTokens } from '../data/examples.ts'
import type { ReadToken } from '../protocol/event.ts'
import type { Learner } from './learner.ts'

/** Row by row; several examples may share a packed row, and each is one here. */
export async function readExamples(learner: Learner, batch: Batch, most: number): Promise<readonly (readonly ReadToken[])[]> {
  const losses = await learner.tokenLosses(batch)
  const writes = learner.base.outline.taskType === 'CAUSAL_LM'
  const places = new Map<string, number[]>()
  for (let i = 0; i < batch.tokens.length; i++) {
    if (batch.segments[i] < 0) continue
    const key = `${Math.floor(i / batch.T)} ${batch.segments[i]}`
    const known = places.get(key)
    if (known) known.push(i)
    else places.set(key, [i])
  }
  return [...places.values()].slice(0, most).map((at) => {
    const ids = Int32Array.from(at, (i) => batch.tokens[i])
    // Text is predicted at the place before it, a class at its own.
    const from = at.map((i, n) => (writes ? at[n - 1] : i))
    const isLearned = (n: number): boolean => from[n] !== undefined && batch.targets[from[n]] >= 0
    const mask = Uint8Array.from(at, (_, n) => (isLearned(n) ? 1 : 0))
    return previewTokens({ ids, mask, truncated: false }, learner.base.tokenizer()).map(({ text, special }, n) => ({
      text,
      ...(special && { special }),
      ...(isLearned(n) && { loss: losses[from[n]] }),
    }))
  })
}
