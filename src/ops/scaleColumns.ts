// y[n, c] = x[n, c] · factors[c]: one learned factor per channel, as in (IA)³ and DoRA.
import shader from '../../shaders/scaleColumns.wgsl?raw'
import { rowsOf } from '../graph/layout.ts'
import { defineOp, type Attrs, type Case, type Op } from '../graph/op.ts'
import { requireShape } from '../graph/require.ts'
import { grid, sizeOf } from '../graph/shape.ts'
import { mul } from './mul.ts'
import { sumColumns } from './sumColumns.ts'

export const scaleColumns: Op = defineOp({
  name: 'scaleColumns',
  light: true,
  inputs: ['x', 'factors'],
  outputs: ['y'],
  shape: ({ x, factors }) => {
    requireShape('scaleColumns', 'factors', [rowsOf(x.shape)[1]], factors.shape)
    return { y: x.shape }
  },
  dispatch: ({ x, factors }) => {
    const count = sizeOf(x.shape)
    return [{ shader, entry: 'forward', workgroups: grid(count, 256), params: { count, columns: sizeOf(factors.shape) } }]
  },
  backward: (g, { inputs: { x, factors } }, { y: dy }, needs) => ({
    ...(needs.has('x') && { x: scaleColumns(g, { x: dy, factors }, {}).y }),
    ...(needs.has('factors') && { factors: sumColumns(g, { x: mul(g, { a: x, b: dy }, {}).y }, {}).y }),
  }),
  reference: ({ x, factors }, { y }) => {
    for (let i = 0; i < x.length; i++) y[i] = x[i] * factors[i % factors.length]
  },
  cases: [[1, 1], [3, 5], [7, 8], [200, 33], [17, 576]].map(
    ([n, c]): Case<Attrs> => ({
      name: `[${n},${c}]`,
      inputs: { x: { shape: [n, c] }, factors: { shape: [c] } },
      attrs: {},
      ...(n * c > 100 && { differentiate: [] }),
    }),
  ),
})
