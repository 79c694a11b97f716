// Writes a step's keys or values into the cache: row b of the batch from its own `start` on. Generation only, so no backward.
// Rows that would fall beyond the cache are dropped.
import shader from '../../shaders/cacheWrite.wgsl?raw'
import { elements, rowsOf } from '../graph/layout.ts'
import { defineOp, type Case, type Op } from '../graph/op.ts'
import { requireShape, requireThat } from '../graph/require.ts'
import { showShape, sizeOf } from '../graph/shape.ts'

export interface CacheWriteAttrs {
  readonly batch: number
  readonly [key: string]: number
}

export const cacheWrite: Op<CacheWriteAttrs> = defineOp<CacheWriteAttrs>({
  name: 'cacheWrite',
  inputs: ['x', 'start', 'cache'],
  outputs: [],
  updates: ['cache'],
  shape: ({ x, start, cache }, { batch }) => {
    const [rows, columns] = rowsOf(x.shape)
    const [cached] = rowsOf(cache.shape)
    requireThat(
      rows % batch === 0 && cached % batch === 0,
      'cacheWrite',
      `x ${showShape(x.shape)} and cache ${showShape(cache.shape)} do not split into ${batch} rows.`,
    )
    requireShape('cacheWrite', 'cache', [cached, columns], cache.shape)
    requireShape('cacheWrite', 'start', [batch], start.shape)
    return {}
  },
  dispatch: ({ x, cache }, { batch }) => {
    const [rows, columns] = rowsOf(x.shape)
    const { workgroups, params, defines, width } = elements(sizeOf(x.shape), columns)
    const lengths = { length: rows / batch, capacity: rowsOf(cache.shape)[0] / batch }
    return [{ shader, entry: 'forward', workgroups, params: { ...params, ...lengths, columns: columns / width }, defines }]
  },
  reference: ({ x, start, cache }, _out, sizes, { batch }) => {
    const [rows, columns] = rowsOf(sizes.x.shape)
    const length = rows / batch
    const capacity = rowsOf(sizes.cache.shape)[0] / batch
    for (let b = 0; b < batch; b++) {
      for (let t = 0; t < length && start[b] + t < capacity; t++) {
        const from = (b * length + t) * columns
        cache.set(x.subarray(from, from + columns), (b * capacity + start[b] + t) * columns)
      }
    }
  },
  cases: [
    cacheCase(1, 1, 4, 8, [2]),
    cacheCase(2, 3, 9, 5, [0, 6]),
    cacheCase(3, 1, 33, 12, [32, 7, 0]),
    // The second row does not fit as a whole.
    cacheCase(2, 40, 70, 64, [30, 35]),
  ],
})

function cacheCase(
  batch: number,
  length: number,
  capacity: number,
  columns: number,
  start: readonly number[],
): Case<CacheWriteAttrs> {
  return {
    name: `${batch}×${length} rows of ${columns} into ${capacity} at ${start.join(', ')}`,
    inputs: {
      x: { shape: [batch * length, columns] },
      start: { shape: [batch], dtype: 'i32', fill: (i) => start[i] },
      cache: { shape: [batch * capacity, columns] },
    },
    attrs: { batch },
  }
}
