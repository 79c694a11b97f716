// y = (1 − w) · start + w · end, or onto + w · (end − start) for a further change of the same tensor. The weight is a
// tensor, so that a slider moves it between two replays of one recording. Generation only, so no backward.
import shader from '../../shaders/mix.wgsl?raw'
import { elements } from '../graph/layout.ts'
import { defineOp, type Attrs, type Case, type Op } from '../graph/op.ts'
import { requireShape } from '../graph/require.ts'
import { sizeOf } from '../graph/shape.ts'

export const mix: Op = defineOp({
  name: 'mix',
  inputs: ['start', 'end', 'weight', 'onto?'],
  outputs: ['y'],
  shape: ({ start, end, weight, onto }) => {
    requireShape('mix', 'end', start.shape, end.shape)
    requireShape('mix', 'weight', [1], weight.shape)
    if (onto) requireShape('mix', 'onto', start.shape, onto.shape)
    return { y: start.shape }
  },
  dispatch: ({ y, onto }) => {
    const { workgroups, params, defines } = elements(sizeOf(y.shape))
    return [{ shader, entry: 'forward', workgroups, params, defines: { ...defines, ONTO: onto ? 1 : 0 } }]
  },
  reference: ({ start, end, weight: [w], onto }, { y }) => {
    for (let i = 0; i < y.length; i++) y[i] = onto ? onto[i] + w * (end[i] - start[i]) : (1 - w) * start[i] + w * end[i]
  },
  cases: [
    mixCase([1], 0.5),
    mixCase([3, 5], -0.3),
    mixCase([4, 8], 1),
    mixCase([17, 64], 0),
    mixCase([200, 257], 1.7),
    mixCase([3, 5], 0.4, true),
    mixCase([200, 576], 0.9, true),
  ],
})

function mixCase(shape: readonly number[], weight: number, onto = false): Case<Attrs> {
  return {
    name: `[${shape.join()}] by ${weight}${onto ? ' onto another' : ''}`,
    inputs: { start: { shape }, end: { shape }, weight: { shape: [1], fill: () => weight }, ...(onto && { onto: { shape } }) },
    attrs: {},
  }
}
