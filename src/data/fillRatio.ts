// How much of a batch is tokens and not padding: rows packed together, and rows sorted into batches of similar length.
import { shuffle } from '../lib/rng.ts'
import { roundedLength } from './batches.ts'
import { bucketRows } from './bucketRows.ts'
import type { Example } from './examples.ts'
import { packRows } from './packRows.ts'

/** Shares of an epoch's places, 0 to 1, as `planBatches` would fill them. */
export function fillRatio(examples: readonly Example[], { max_length: maxLength, batch_size: batchSize }: { readonly max_length: number; readonly batch_size: number }, seed: number): { packed: number; padded: number } {
  const lengths = examples.map((e) => Math.min(e.ids.length, maxLength))
  const tokens = lengths.reduce((n, length) => n + length, 0)
  const order = shuffle(lengths.length, seed, 0x9acc)
  const packedRows = Math.ceil(packRows(lengths, maxLength, order).length / batchSize) * batchSize
  let places = 0
  for (const batch of bucketRows(lengths, shuffle(lengths.length, seed, 0), batchSize, seed, 0)) places += batchSize * roundedLength(Math.max(...batch.map((i) => lengths[i])))
  return { packed: tokens / Math.max(1, packedRows * roundedLength(maxLength)), padded: tokens / Math.max(1, places) }
}
