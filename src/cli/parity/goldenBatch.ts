// A batch of a golden case in our form: labels shifted, masks and restarting positions turned into segments.
import type { Batch } from '../../data/batches.ts'
import type { Stored } from './readCase.ts'

/** @param countsMask positions count the tokens that the mask shows, as OPT does; otherwise they count places */
export function goldenBatch(tensors: ReadonlyMap<string, Stored>, prefix: string, countsMask = false): Batch {
  const get = (name: string): Int32Array | undefined => tensors.get(`${prefix}/${name}`)?.data as Int32Array | undefined
  const ids = tensors.get(`${prefix}/input_ids`)!
  const [B, T] = ids.shape
  const labels = get('labels')
  const mask = get('attention_mask')
  const given = get('position_ids')
  const n = B * T
  const targets = new Int32Array(n).fill(-100)
  const positions = new Int32Array(n)
  const segments = new Int32Array(n)
  let trainedTokens = 0
  for (let b = 0; b < B; b++) {
    let segment = 0
    let shown = 0
    for (let t = 0; t < T; t++) {
      const i = b * T + t
      const visible = !mask || mask[i] !== 0
      positions[i] = given ? given[i] : countsMask ? (visible ? shown++ : 0) : t
      // Without a mask, sequences are separated where positions restart.
      if (!mask && given && t > 0 && given[i] <= given[i - 1]) segment++
      segments[i] = visible ? segment : -1
      const label = labels && t + 1 < T ? labels[i + 1] : -100
      targets[i] = label
      if (label >= 0) trainedTokens++
    }
  }
  return { B, T, tokens: Int32Array.from(ids.data), targets, positions, segments, rows: B, tokenCount: n, trainedTokens }
}

/** Places [row, column] of logits as places in the flat batch. */
export function flatRows(positions: Stored, T: number): Int32Array<ArrayBuffer> {
  const rows = new Int32Array(positions.shape[0])
  for (let i = 0; i < rows.length; i++) rows[i] = positions.data[2 * i] * T + positions.data[2 * i + 1]
  return rows
}
