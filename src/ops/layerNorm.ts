// Layer norm of rows: y = (x − mean) · rstd · w + b, rstd = 1 / √(var(x) + eps). https://arxiv.org/abs/1607.06450
// b is optional. The bias gradient is sumColumns of dy, so no kernel here makes it.
import shader from '../../shaders/layerNorm.wgsl?raw'
import weightShader from '../../shaders/layerNormBackwardW.wgsl?raw'
import { columnLanes, rowDispatch, rowsOf } from '../graph/layout.ts'
import { defineOp } from '../graph/op.ts'
import { requireShape } from '../graph/require.ts'
import { caseRstd, normShapes } from './normShapes.ts'
import { sumColumns } from './sumColumns.ts'

export type LayerNormAttrs = { readonly eps: number }

export const layerNorm = defineOp<LayerNormAttrs>({
  name: 'layerNorm',
  light: true,
  inputs: ['x', 'w', 'b?'],
  outputs: ['y', 'mean', 'rstd'],
  shape: ({ x, w, b }) => {
    const [rows, columns] = rowsOf(x.shape)
    requireShape('layerNorm', 'w', [columns], w.shape)
    if (b) requireShape('layerNorm', 'b', [columns], b.shape)
    return { y: x.shape, mean: [rows], rstd: [rows] }
  },
  dispatch: ({ x, b }, { eps }) => {
    const [rows, columns] = rowsOf(x.shape)
    return [rowDispatch(rows, columns, ({ workgroups, params, defines }) => ({ shader, entry: 'forward', workgroups, params: { ...params, eps }, defines: { ...defines, BIAS: b ? 1 : 0 } }))]
  },
  backward: (g, { inputs: { x, w }, outputs: { mean, rstd }, attrs }, { y: dy }, needs) => {
    if (!dy) return {}
    return {
      ...(needs.has('x') && { x: layerNormBackward(g, { x, w, mean, rstd, dy }, attrs).dx }),
      ...(needs.has('w') && { w: sumColumns(g, { x: layerNormBackwardW(g, { x, mean, rstd, dy }, {}).dw }, {}).y }),
      ...(needs.has('b') && { b: sumColumns(g, { x: dy }, {}).y }),
    }
  },
  reference: ({ x, w, b }, { y, mean, rstd }, sizes, { eps }) => {
    const [rows, columns] = rowsOf(sizes.x.shape)
    for (let n = 0; n < rows; n++) {
      const at = n * columns
      for (let c = 0; c < columns; c++) mean[n] += x[at + c] / columns
      let variance = 0
      for (let c = 0; c < columns; c++) variance += (x[at + c] - mean[n]) ** 2 / columns
      rstd[n] = 1 / Math.sqrt(variance + eps)
      for (let c = 0; c < columns; c++) y[at + c] = (x[at + c] - mean[n]) * rstd[n] * w[c] + (b ? b[c] : 0)
    }
  },
  cases: [
    layerNormCase([3, 1], true),
    layerNormCase([3, 5], true),
    layerNormCase([2, 8], false),
    layerNormCase([2, 3, 12], true),
    ...normShapes.map((shape) => ({ ...layerNormCase(shape, shape[0] !== 17), differentiate: [] })),
    ...[
      [17, 48],
      [17, 257],
    ].map((shape) => ({
      name: `[${shape}] around 1000`,
      inputs: {
        x: { shape, fill: (i: number) => 1000 + 2 * Math.sin(i * 12.9898) },
        w: { shape: [shape[1]] },
        b: { shape: [shape[1]] },
      },
      attrs: { eps: 1e-5 },
      differentiate: [],
    })),
  ],
})

export const layerNormBackward = defineOp<LayerNormAttrs>({
  name: 'layerNormBackward',
  inputs: ['x', 'w', 'mean', 'rstd', 'dy'],
  outputs: ['dx'],
  shape: ({ x, w, mean, rstd, dy }) => {
    const [rows, columns] = rowsOf(x.shape)
    requireShape('layerNormBackward', 'w', [columns], w.shape)
    requireShape('layerNormBackward', 'mean', [rows], mean.shape)
    requireShape('layerNormBackward', 'rstd', [rows], rstd.shape)
    requireShape('layerNormBackward', 'dy', x.shape, dy.shape)
    return { dx: x.shape }
  },
  dispatch: ({ x }, { eps }) => {
    const [rows, columns] = rowsOf(x.shape)
    return [rowDispatch(rows, columns, ({ workgroups, params, defines }) => ({ shader, entry: 'backward', workgroups, params: { ...params, eps }, defines: { ...defines, BIAS: 0 } }))]
  },
  reference: ({ x, w, mean, rstd, dy }, { dx }, sizes) => {
    const [rows, columns] = rowsOf(sizes.x.shape)
    for (let n = 0; n < rows; n++) {
      const normed = (c: number): number => (x[n * columns + c] - mean[n]) * rstd[n]
      const d = (c: number): number => dy[n * columns + c] * w[c]
      let level = 0
      let slope = 0
      for (let c = 0; c < columns; c++) {
        level += d(c) / columns
        slope += (d(c) * normed(c)) / columns
      }
      for (let c = 0; c < columns; c++) dx[n * columns + c] = rstd[n] * (d(c) - level - normed(c) * slope)
    }
  },
  cases: [[1, 1], [3, 5], [2, 8], [2, 3, 12], ...normShapes].map((shape) => ({
    name: `[${shape}]`,
    inputs: { x: { shape }, w: { shape: [shape.at(-1) ?? 1] }, ...statistics(shape), dy: { shape } },
    attrs: { eps: 1e-5 },
  })),
})

/** The weight's gradient as lines of partial sums [chunks, C]; sumColumns of them is the gradient. */
export const layerNormBackwardW = defineOp({
  name: 'layerNormBackwardW',
  inputs: ['x', 'mean', 'rstd', 'dy'],
  outputs: ['dw'],
  shape: ({ x, mean, rstd, dy }) => {
    const [rows, columns] = rowsOf(x.shape)
    requireShape('layerNormBackwardW', 'mean', [rows], mean.shape)
    requireShape('layerNormBackwardW', 'rstd', [rows], rstd.shape)
    requireShape('layerNormBackwardW', 'dy', x.shape, dy.shape)
    return { dw: [columnLanes(rows, columns).chunks, columns] }
  },
  dispatch: ({ x }) => {
    const { workgroups, params, defines } = columnLanes(...rowsOf(x.shape))
    return [{ shader: weightShader, entry: 'forward', workgroups, params, defines }]
  },
  reference: ({ x, mean, rstd, dy }, { dw }, sizes) => {
    const [rows, columns] = rowsOf(sizes.x.shape)
    const { chunk } = columnLanes(rows, columns).params
    for (let n = 0; n < rows; n++) {
      for (let c = 0; c < columns; c++) {
        const normed = (x[n * columns + c] - mean[n]) * rstd[n]
        dw[Math.floor(n / chunk) * columns + c] += dy[n * columns + c] * normed
      }
    }
  },
  cases: [[1, 1], [3, 5], [2, 3, 12], [257, 33], [3000, 64], ...normShapes].map((shape) => ({
    name: `[${shape}]`,
    inputs: { x: { shape }, ...statistics(shape), dy: { shape } },
    attrs: {},
  })),
})

function layerNormCase(shape: number[], bias: boolean) {
  const w = { shape: [shape.at(-1) ?? 1] }
  return { name: `[${shape}]${bias ? '' : ' no bias'}`, inputs: { x: { shape }, w, ...(bias && { b: w }) }, attrs: { eps: 1e-5 } }
}
function statistics(shape: number[]) {
  const [rows] = rowsOf(shape)
  return {
    mean: { shape: [rows], fill: (i: number) => 0.3 * Math.cos(i) },
    rstd: caseRstd(rows),
  }
}
