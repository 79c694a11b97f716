// Root-mean-square norm of rows: y = x · rstd · (w + offset), rstd = 1 / √(mean(x²) + eps). https://arxiv.org/abs/1910.07467
// offset is 1 for Gemma, whose checkpoints store w - 1. Works per head on a view [rows · heads, head size].
import shader from '../../shaders/rmsNorm.wgsl?raw'
import weightShader from '../../shaders/rmsNormBackwardW.wgsl?raw'
import { columnLanes, rowDispatch, rowsOf } from '../graph/layout.ts'
import { defineOp } from '../graph/op.ts'
import { requireShape } from '../graph/require.ts'
import { caseRstd, normShapes } from './normShapes.ts'
import { sumColumns } from './sumColumns.ts'

export type RmsNormAttrs = { readonly eps: number; readonly offset: number }

export const rmsNorm = defineOp<RmsNormAttrs>({
  name: 'rmsNorm',
  light: true,
  inputs: ['x', 'w'],
  outputs: ['y', 'rstd'],
  shape: ({ x, w }) => {
    const [rows, columns] = rowsOf(x.shape)
    requireShape('rmsNorm', 'w', [columns], w.shape)
    return { y: x.shape, rstd: [rows] }
  },
  dispatch: ({ x }, { eps, offset }) => {
    const [rows, columns] = rowsOf(x.shape)
    return [rowDispatch(rows, columns, ({ workgroups, params, defines }) => ({ shader, entry: 'forward', workgroups, params: { ...params, eps, offset }, defines }))]
  },
  backward: (g, { inputs: { x, w }, outputs: { rstd }, attrs }, { y: dy }, needs) => {
    if (!dy) return {}
    return {
      ...(needs.has('x') && { x: rmsNormBackward(g, { x, w, rstd, dy }, attrs).dx }),
      ...(needs.has('w') && { w: sumColumns(g, { x: rmsNormBackwardW(g, { x, rstd, dy }, {}).dw }, {}).y }),
    }
  },
  reference: ({ x, w }, { y, rstd }, sizes, { eps, offset }) => {
    const [rows, columns] = rowsOf(sizes.x.shape)
    for (let n = 0; n < rows; n++) {
      let squares = 0
      for (let c = 0; c < columns; c++) squares += x[n * columns + c] ** 2
      rstd[n] = 1 / Math.sqrt(squares / columns + eps)
      for (let c = 0; c < columns; c++) y[n * columns + c] = x[n * columns + c] * rstd[n] * (w[c] + offset)
    }
  },
  cases: [
    rmsNormCase([3, 1], 0),
    rmsNormCase([3, 5], 1),
    rmsNormCase([2, 8], 0),
    rmsNormCase([2, 3, 12], 1),
    ...normShapes.map((shape) => ({ ...rmsNormCase(shape, 0), differentiate: [] })),
    {
      name: 'large magnitudes',
      inputs: { x: { shape: [17, 48], fill: (i: number) => 1e6 * Math.sin(i) }, w: { shape: [48] } },
      attrs: { eps: 1e-6, offset: 0 },
      differentiate: [],
    },
    // A padding row: rstd is 1/√eps and y is 0.
    {
      name: 'zero rows',
      inputs: { x: { shape: [3, 33], fill: () => 0 }, w: { shape: [33] } },
      attrs: { eps: 1e-5, offset: 0 },
      differentiate: [],
    },
  ],
})

export const rmsNormBackward = defineOp<RmsNormAttrs>({
  name: 'rmsNormBackward',
  inputs: ['x', 'w', 'rstd', 'dy'],
  outputs: ['dx'],
  shape: ({ x, w, rstd, dy }) => {
    const [rows, columns] = rowsOf(x.shape)
    requireShape('rmsNormBackward', 'w', [columns], w.shape)
    requireShape('rmsNormBackward', 'rstd', [rows], rstd.shape)
    requireShape('rmsNormBackward', 'dy', x.shape, dy.shape)
    return { dx: x.shape }
  },
  dispatch: ({ x }, { eps, offset }) => {
    const [rows, columns] = rowsOf(x.shape)
    return [rowDispatch(rows, columns, ({ workgroups, params, defines }) => ({ shader, entry: 'backward', workgroups, params: { ...params, eps, offset }, defines }))]
  },
  reference: ({ x, w, rstd, dy }, { dx }, sizes, { offset }) => {
    const [rows, columns] = rowsOf(sizes.x.shape)
    for (let n = 0; n < rows; n++) {
      const at = n * columns
      let slope = 0
      for (let c = 0; c < columns; c++) slope += (dy[at + c] * (w[c] + offset) * x[at + c] * rstd[n]) / columns
      for (let c = 0; c < columns; c++) dx[at + c] = rstd[n] * (dy[at + c] * (w[c] + offset) - x[at + c] * rstd[n] * slope)
    }
  },
  cases: [[1, 1], [3, 5], [2, 8], [2, 3, 12], ...normShapes].map((shape) => {
    const [rows, columns] = rowsOf(shape)
    return {
      name: `[${shape}]`,
      inputs: {
        x: { shape },
        w: { shape: [columns] },
        rstd: caseRstd(rows),
        dy: { shape },
      },
      attrs: { eps: 1e-5, offset: rows % 2 },
    }
  }),
})

/** The weight's gradient as lines of partial sums [chunks, C]; sumColumns of them is the gradient. */
export const rmsNormBackwardW = defineOp({
  name: 'rmsNormBackwardW',
  inputs: ['x', 'rstd', 'dy'],
  outputs: ['dw'],
  shape: ({ x, rstd, dy }) => {
    const [rows, columns] = rowsOf(x.shape)
    requireShape('rmsNormBackwardW', 'rstd', [rows], rstd.shape)
    requireShape('rmsNormBackwardW', 'dy', x.shape, dy.shape)
    return { dw: [columnLanes(rows, columns).chunks, columns] }
  },
  dispatch: ({ x }) => {
    const { workgroups, params, defines } = columnLanes(...rowsOf(x.shape))
    return [{ shader: weightShader, entry: 'forward', workgroups, params, defines }]
  },
  reference: ({ x, rstd, dy }, { dw }, sizes) => {
    const [rows, columns] = rowsOf(sizes.x.shape)
    const { chunk } = columnLanes(rows, columns).params
    for (let n = 0; n < rows; n++)
      for (let c = 0; c < columns; c++)
        dw[Math.floor(n / chunk) * columns + c] += dy[n * columns + c] * x[n * columns + c] * rstd[n]
  },
  cases: [[1, 1], [3, 5], [2, 3, 12], [257, 33], [3000, 64], ...normShapes].map((shape) => {
    const [rows] = rowsOf(shape)
    const rstd = caseRstd(rows)
    return { name: `[${shape}]`, inputs: { x: { shape }, rstd, dy: { shape } }, attrs: {} }
  }),
})

function rmsNormCase(shape: number[], offset: number) {
  const w = { shape: [shape.at(-1) ?? 1] }
  return { name: `[${shape}] offset ${offset}`, inputs: { x: { shape }, w }, attrs: { eps: 1e-5, offset } }
}
