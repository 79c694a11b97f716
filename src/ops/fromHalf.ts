// y = x, out of 16-bit floats.
import shader from '../../shaders/fromHalf.wgsl?raw'
import { defineOp } from '../graph/op.ts'
import { grid, sizeOf } from '../graph/shape.ts'

export const fromHalf = defineOp({
  name: 'fromHalf',
  inputs: ['x'],
  outputs: ['y'],
  shape: ({ x }) => ({ y: x.shape }),
  dispatch: ({ x }) => {
    const count = sizeOf(x.shape)
    const words = Math.ceil(count / 2)
    return [{ shader, entry: 'forward', workgroups: grid(words, 256), params: { words, count } }]
  },
  reference: ({ x }, { y }) => {
    y.set(x)
  },
  cases: [
    { name: 'one element', inputs: { x: { shape: [1], dtype: 'f16' } }, attrs: {} },
    { name: '[3,5]', inputs: { x: { shape: [3, 5], dtype: 'f16' } }, attrs: {} },
    { name: '[200,257]', inputs: { x: { shape: [200, 257], dtype: 'f16' } }, attrs: {} },
  ],
})
