// Adds the gradient of l1 · Σ|w| + l2 / 2 · Σ w² + l2Start / 2 · Σ (w − start)² to the gradients of all tensors that train.
// The last is L2-SP (https://arxiv.org/abs/1802.01483). A tensor whose learning-rate factor is 0 does not train.
import shader from '../../shaders/penalty.wgsl?raw'
import { defineOp } from '../graph/op.ts'
import { requireShape, requireThat } from '../graph/require.ts'
import { grid, sizeOf } from '../graph/shape.ts'
import { BLOCK, GROUP_WORDS } from './adamw.ts'

export type PenaltyAttrs = { readonly l1: number; readonly l2: number; readonly l2Start: number }

export const penalty = defineOp<PenaltyAttrs>({
  name: 'penalty',
  inputs: ['blocks', 'groups', 'value', 'start?', 'gradient'],
  outputs: [],
  updates: ['gradient'],
  shape: ({ value, gradient, start }, { l2Start }) => {
    requireShape('penalty', 'gradient', value.shape, gradient.shape)
    if (start) requireShape('penalty', 'start', value.shape, start.shape)
    requireThat(start !== undefined || l2Start === 0, 'penalty', 'start is needed where l2Start is not 0.')
    return {}
  },
  dispatch: ({ value, start }, attrs) => {
    const count = sizeOf(value.shape)
    return [{ shader, entry: 'forward', workgroups: grid(count, 256), params: { count, ...attrs }, defines: { START: start ? 1 : 0 } }]
  },
  reference({ blocks, groups, value, start, gradient }, _out, _sizes, { l1, l2, l2Start }) {
    for (let i = 0; i < value.length; i++) {
      if (groups[blocks[Math.floor(i / BLOCK)] * GROUP_WORDS] === 0) continue
      gradient[i] += l1 * Math.sign(value[i]) + l2 * value[i] + (start ? l2Start * (value[i] - start[i]) : 0)
    }
  },
  cases: [64, 192, 70_016].flatMap((n) => [penaltyCase(n, { l1: 0.3, l2: 0.2, l2Start: 0.1 }), penaltyCase(n, { l1: 0.01, l2: 0, l2Start: 0 })]),
})

/** Every seventh value is 0, where |w| has no slope. The second of three groups does not train. */
function penaltyCase(n: number, attrs: PenaltyAttrs) {
  return {
    name: `${n} elements, ${JSON.stringify(attrs)}`,
    inputs: {
      blocks: { shape: [n / BLOCK], dtype: 'u32' as const, fill: (i: number) => i % 3 },
      groups: { shape: [3 * GROUP_WORDS], fill: (i: number) => [1, 0.1, 0, 0, 0, 0, 16, 0, 1][i] },
      value: { shape: [n], fill: (i: number) => (i % 7 === 3 ? 0 : Math.sin(i)) },
      ...(attrs.l2Start > 0 && { start: { shape: [n], fill: (i: number) => Math.cos(i) } }),
      gradient: { shape: [n] },
    },
    attrs,
  }
}
