// Batches of examples of similar length: shuffled, then sorted by length within a window, cut, and the batches
// shuffled again. Less padding, while any example can still meet most others.
import { shuffle } from '../lib/rng.ts'

/** Batches per window that is sorted by length. */
const WINDOW = 16

/** Batches of example numbers; each number of `order` occurs once, and only the last batch may be short. */
export function bucketRows(
  lengths: readonly number[],
  order: Uint32Array,
  batchSize: number,
  seed: number,
  epoch: number,
): number[][] {
  const batches: number[][] = []
  for (let at = 0; at < order.length; at += WINDOW * batchSize) {
    const window = Array.from(order.subarray(at, at + WINDOW * batchSize))
    // A stable sort, so equal lengths keep their shuffled order.
    window.sort((a, b) => lengths[b] - lengths[a])
    for (let i = 0; i < window.length; i += batchSize) batches.push(window.slice(i, i + batchSize))
  }
  const last = batches.length > 0 && batches.at(-1)!.length < batchSize ? batches.pop() : undefined
  const shuffled = Array.from(shuffle(batches.length, seed, 0x40000000 + epoch), (i) => batches[i])
  return last ? [...shuffled, last] : shuffled
}
