// y = a · b, element by element.
import shader from '../../shaders/mul.wgsl?raw'
import { elements } from '../graph/layout.ts'
import { defineOp, type Op } from '../graph/op.ts'
import { requireShape } from '../graph/require.ts'
import { sizeOf } from '../graph/shape.ts'

export const mul: Op = defineOp({
  name: 'mul',
  light: true,
  inputs: ['a', 'b'],
  outputs: ['y'],
  shape: ({ a, b }) => {
    requireShape('mul', 'b', a.shape, b.shape)
    return { y: a.shape }
  },
  dispatch: ({ y }) => {
    const { workgroups, params, defines } = elements(sizeOf(y.shape))
    return [{ shader, entry: 'forward', workgroups, params, defines }]
  },
  backward: (g, { inputs: { a, b } }, { y: dy }, needs) => ({
    ...(needs.has('a') && { a: mul(g, { a: dy, b }, {}).y }),
    ...(needs.has('b') && { b: mul(g, { a: dy, b: a }, {}).y }),
  }),
  reference: ({ a, b }, { y }) => {
    for (let i = 0; i < y.length; i++) y[i] = a[i] * b[i]
  },
  cases: [
    { name: 'one element', inputs: { a: { shape: [1] }, b: { shape: [1] } }, attrs: {} },
    { name: '[3,5]', inputs: { a: { shape: [3, 5] }, b: { shape: [3, 5] } }, attrs: {} },
    { name: '[4,8]', inputs: { a: { shape: [4, 8] }, b: { shape: [4, 8] } }, attrs: {} },
    { name: '[200,257]', inputs: { a: { shape: [200, 257] }, b: { shape: [200, 257] } }, attrs: {}, differentiate: [] },
    { name: '[200,576]', inputs: { a: { shape: [200, 576] }, b: { shape: [200, 576] } }, attrs: {}, differentiate: [] },
  ],
})
