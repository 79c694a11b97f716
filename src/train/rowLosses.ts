// What a model loses on each row of some batches, for metrics that draw rows again.
import type { Batch } from '../data/batches.ts'
import type { Tokenizer } from '../data/tokenizer.ts'
import type { RowLoss } from '../evaluate/lossMetrics.ts'
import { utf8 } from '../lib/bytes.ts'
import type { Learner } from './learner.ts'

/** A row for each example with something to predict, in the batches' order; several may share a packed row. */
export async function rowLosses(learner: Learner, batches: Iterable<Batch>, tokenizer: Tokenizer, cancelled: () => boolean = () => false): Promise<RowLoss[]> {
  const rows: RowLoss[] = []
  for (const batch of batches) {
    if (cancelled()) break
    const losses = await learner.tokenLosses(batch)
    const found = new Map<string, { nats: number; ids: number[] }>()
    for (const [i, target] of batch.targets.entries()) {
      if (target < 0) continue
      const key = `${Math.floor(i / batch.T)} ${batch.segments[i]}`
      const row = found.get(key) ?? { nats: 0, ids: [] }
      row.nats += losses[i]
      row.ids.push(target)
      found.set(key, row)
    }
    for (const { nats, ids } of found.values()) rows.push([nats, ids.length, utf8(tokenizer.decode(ids)).length])
  }
  return rows
}
