// A batch of a golden case in our form: labels shifted, masks and restarting positions turned into segments.
import type { Batch } from '../../data/batches.ts'
import type { Stored } from './readCase.ts'

/** Where the class of a row is predicted, for models that predict one; otherwise labels are of tokens. */
export type Pooled = 'first' | 'last' | undefined

/** Which tokens positions count: unsaid, all places. */
export type Counted = 'shown' | { readonly otherThan: number } | undefined

export function goldenBatch(tensors: ReadonlyMap<string, Stored>, prefix: string, counted?: Counted, pooled?: Pooled): Batch {
  const get = (name: string): Int32Array | undefined => tensors.get(`${prefix}/${name}`)?.data as Int32Array | undefined
  const ids = tensors.get(`${prefix}/input_ids`)!
  const [B, T] = ids.shape
  const labels = get('labels')
  const mask = get('attention_mask')
  const given = get('position_ids')
  const types = get('token_type_ids')
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
      const counts = counted === 'shown' ? visible : ids.data[i] !== counted?.otherThan
      positions[i] = given ? given[i] : !counted ? t : counts ? shown++ : counted === 'shown' ? 0 : -1
      // Without a mask, sequences are separated where positions restart.
      if (!mask && given && t > 0 && given[i] <= given[i - 1]) segment++
      segments[i] = visible ? segment : -1
      const label = pooled || !labels || t + 1 >= T ? -100 : labels[i + 1]
      targets[i] = label
      if (label >= 0) trainedTokens++
    }
    if (pooled && labels) {
      const own = segments.subarray(b * T, (b + 1) * T)
      targets[b * T + (pooled === 'first' ? 0 : own.findLastIndex((s) => s >= 0))] = labels[b]
      trainedTokens++
    }
  }
  return { B, T, tokens: Int32Array.from(ids.data), targets, positions, segments, rows: B, tokenCount: n, trainedTokens, ...(types && { tokenTypes: Int32Array.from(types) }) }
}

/** Where classes are predicted. */
export const pooledRows = (batch: Batch): Int32Array<ArrayBuffer> => Int32Array.from([...batch.targets.keys()].filter((i) => batch.targets[i] >= 0))

/** Places [row, column] of logits as places in the flat batch. */
export function flatRows(positions: Stored, T: number): Int32Array<ArrayBuffer> {
  const rows = new Int32Array(positions.shape[0])
  for (let i = 0; i < rows.length; i++) rows[i] = positions.data[2 * i] * T + positions.data[2 * i + 1]
  return rows
}
