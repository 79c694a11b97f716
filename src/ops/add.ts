// y = a + b, element by element: the residual connection, and the sum of two gradients.
import shader from '../../shaders/add.wgsl?raw'
import { elements } from '../graph/layout.ts'
import { defineOp } from '../graph/op.ts'
import { requireShape } from '../graph/require.ts'
import { sizeOf } from '../graph/shape.ts'

export const add = defineOp({
  name: 'add',
  inputs: ['a', 'b'],
  outputs: ['y'],
  shape: ({ a, b }) => {
    requireShape('add', 'b', a.shape, b.shape)
    return { y: a.shape }
  },
  dispatch: ({ y }) => {
    const { workgroups, params, defines } = elements(sizeOf(y.shape))
    return [{ shader, entry: 'forward', workgroups, params, defines }]
  },
  backward: (_g, _node, { y: dy }, needs) => ({ ...(needs.has('a') && { a: dy }), ...(needs.has('b') && { b: dy }) }),
  reference: ({ a, b }, { y }) => {
    for (let i = 0; i < y.length; i++) y[i] = a[i] + b[i]
  },
  cases: [
    { name: 'one element', inputs: { a: { shape: [1] }, b: { shape: [1] } }, attrs: {} },
    { name: '[3,5]', inputs: { a: { shape: [3, 5] }, b: { shape: [3, 5] } }, attrs: {} },
    { name: '[17,64]', inputs: { a: { shape: [17, 64] }, b: { shape: [17, 64] } }, attrs: {}, differentiate: [] },
    { name: '[200,257]', inputs: { a: { shape: [200, 257] }, b: { shape: [200, 257] } }, attrs: {}, differentiate: [] },
  ],
})
