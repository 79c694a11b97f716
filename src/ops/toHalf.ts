// y = x in 16-bit floats: half the bytes for what waits for the backward pass. Beyond ±65504 it stays there.
import shader from '../../shaders/toHalf.wgsl?raw'
import { defineOp } from '../graph/op.ts'
import { grid, sizeOf } from '../graph/shape.ts'
import { f16ToF32, f32ToF16 } from '../lib/halfFloat.ts'

const LARGEST = 65_504

export const toHalf = defineOp({
  name: 'toHalf',
  inputs: ['x'],
  outputs: ['y'],
  shape: ({ x }) => ({ y: { shape: x.shape, dtype: 'f16' } }),
  dispatch: ({ x }) => {
    const count = sizeOf(x.shape)
    const words = Math.ceil(count / 2)
    return [{ shader, entry: 'forward', workgroups: grid(words, 256), params: { words, count } }]
  },
  reference: ({ x }, { y }) => {
    y.set(f16ToF32(f32ToF16(Float32Array.from(x, (v) => Math.min(LARGEST, Math.max(-LARGEST, v))))))
  },
  // An adapter may round either way between two 16-bit floats.
  cases: [
    { name: 'one element', inputs: { x: { shape: [1] } }, attrs: {}, tolerance: 1e-3 },
    { name: '[3,5]', inputs: { x: { shape: [3, 5] } }, attrs: {}, tolerance: 1e-3 },
    { name: 'too large', inputs: { x: { shape: [4], fill: (i) => [1e6, -7e4, 65_504, 1][i] } }, attrs: {}, tolerance: 1e-3 },
    { name: '[200,257]', inputs: { x: { shape: [200, 257] } }, attrs: {}, tolerance: 1e-3 },
  ],
})
