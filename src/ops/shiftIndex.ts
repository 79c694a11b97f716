// y = x + by, for indices: the rows of a table that begins with reserved ones (OPT's and RoBERTa's learned positions).
import shader from '../../shaders/shiftIndex.wgsl?raw'
import { defineOp, type Op } from '../graph/op.ts'
import { requireThat } from '../graph/require.ts'
import { grid, sizeOf } from '../graph/shape.ts'

export type ShiftIndexAttrs = { readonly by: number }

export const shiftIndex: Op<ShiftIndexAttrs> = defineOp<ShiftIndexAttrs>({
  name: 'shiftIndex',
  inputs: ['x'],
  outputs: ['y'],
  shape: ({ x }) => {
    requireThat(x.dtype === 'i32', 'shiftIndex', `x should be i32, found ${x.dtype}.`)
    return { y: { shape: x.shape, dtype: 'i32' } }
  },
  dispatch: ({ x }, { by }) => [{ shader, entry: 'shift', workgroups: grid(sizeOf(x.shape), 256), params: { count: sizeOf(x.shape), by } }],
  reference: ({ x }, { y }, _sizes, { by }) => x.forEach((value, i) => (y[i] = value + by)),
  cases: [
    { name: 'one', inputs: { x: { shape: [1], dtype: 'i32', fill: () => 0 } }, attrs: { by: 2 }, differentiate: [] },
    { name: 'many, with absent ones', inputs: { x: { shape: [777], dtype: 'i32', fill: (i) => (i % 5) - 1 } }, attrs: { by: 2 }, differentiate: [] },
  ],
})
