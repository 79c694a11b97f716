// y = (1 − w) · start + w · end, or onto + w · (end − start) for a further change of the same tensor. The weights (W) are a
// tensor, so that a slider moves them between two replays of one recording; each counts for an equal stretch of the rows.
// Generation only, so no backward.
import shader from '../../shaders/mix.wgsl?raw'
import { elements } from '../graph/layout.ts'
import { defineOp, type Attrs, type Case, type Op } from '../graph/op.ts'
import { requireShape, requireThat } from '../graph/require.ts'
import { showShape, sizeOf } from '../graph/shape.ts'

export const mix: Op = defineOp({
  name: 'mix',
  inputs: ['start', 'end', 'weight', 'onto?'],
  outputs: ['y'],
  shape: ({ start, end, weight, onto }) => {
    requireShape('mix', 'end', start.shape, end.shape)
    requireThat(weight.shape.length === 1 && start.shape[0] % weight.shape[0] === 0, 'mix', `weights ${showShape(weight.shape)} do not divide the rows of ${showShape(start.shape)}.`)
    if (onto) requireShape('mix', 'onto', start.shape, onto.shape)
    return { y: start.shape }
  },
  dispatch: ({ y, weight, onto }) => {
    const each = sizeOf(y.shape) / weight.shape[0]
    const { width, workgroups, params, defines } = elements(sizeOf(y.shape), each)
    return [{ shader, entry: 'forward', workgroups, params: { ...params, each: each / width }, defines: { ...defines, ONTO: onto ? 1 : 0 } }]
  },
  reference: ({ start, end, weight, onto }, { y }) => {
    for (let i = 0; i < y.length; i++) {
      const w = weight[Math.floor((i * weight.length) / y.length)]
      y[i] = onto ? onto[i] + w * (end[i] - start[i]) : (1 - w) * start[i] + w * end[i]
    }
  },
  cases: [
    mixCase([1], 0.5),
    mixCase([3, 5], -0.3),
    mixCase([4, 8], 1),
    mixCase([17, 64], 0),
    mixCase([200, 257], 1.7),
    mixCase([3, 5], 0.4, true),
    mixCase([200, 576], 0.9, true),
    mixCase([3, 5], [0, 1, 0.5]),
    mixCase([12, 64], [1, 0, -0.7, 0.3], true),
  ],
})

function mixCase(shape: readonly number[], weight: number | readonly number[], onto = false): Case<Attrs> {
  const weights = [weight].flat()
  return {
    name: `[${shape.join()}] by ${weights.join(', ')}${onto ? ' onto another' : ''}`,
    inputs: { start: { shape }, end: { shape }, weight: { shape: [weights.length], fill: (i) => weights[i] }, ...(onto && { onto: { shape } }) },
    attrs: {},
  }
}
