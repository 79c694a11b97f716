// total = Σ x in a fixed order; in two stages when x is long.
import shader from '../../shaders/sum.wgsl?raw'
import { defineOp } from '../graph/op.ts'
import { grid, sizeOf } from '../graph/shape.ts'
import { repeatRows } from './sumColumns.ts'

/** Longest x that one workgroup sums, and how x is cut beyond it. */
const ALONE = 32_768
function cut(count: number): { chunk: number; chunks: number } {
  if (count <= ALONE) return { chunk: count, chunks: 1 }
  const chunk = Math.max(8192, Math.ceil(count / 1024))
  return { chunk, chunks: Math.ceil(count / chunk) }
}

export const sum = defineOp({
  name: 'sum',
  inputs: ['x'],
  outputs: ['total', 'partials'],
  shape: ({ x }) => {
    const { chunks } = cut(sizeOf(x.shape))
    return { total: [1], ...(chunks > 1 && { partials: [chunks] }) }
  },
  dispatch: ({ x }) => {
    const count = sizeOf(x.shape)
    const { chunk, chunks } = cut(count)
    if (chunks === 1) return [{ shader, entry: 'forward', workgroups: grid(1), params: { count, chunk } }]
    return [
      { shader, entry: 'split', workgroups: grid(chunks), params: { count, chunk } },
      { shader, entry: 'finish', workgroups: grid(1), params: { count: chunks, chunk: chunks } },
    ]
  },
  backward: (g, { inputs: { x } }, { total }) => {
    const { y } = repeatRows(g, { x: total }, { rows: sizeOf(x.shape) })
    return { x: g.view(y, x.shape) }
  },
  reference: ({ x }, { total, partials }) => {
    const { chunk } = cut(x.length)
    for (let i = 0; i < x.length; i++) {
      total[0] += x[i]
      if (partials) partials[Math.floor(i / chunk)] += x[i]
    }
  },
  cases: [
    ...[[1], [5], [3, 7]].map((shape) => ({ name: `[${shape}]`, inputs: { x: { shape } }, attrs: {} })),
    // Terms of one sign: a sum of both signs may be near zero, where no f32 sum has this accuracy.
    ...[[257], [32_768], [32_769], [100_003]].map((shape) => ({
      name: `[${shape}]`,
      inputs: { x: { shape, fill: (i: number) => 1 + Math.sin(i) } },
      attrs: {},
      differentiate: [],
    })),
  ],
})
