// inverse[o] = 1 / ‖W[o,:] + s · (B A)[o,:]‖, the norm that DoRA divides by (https://arxiv.org/abs/2402.09353, §4.3).
// Detached, as in the paper: it has no backward.
import shader from '../../shaders/inverseRowNorms.wgsl?raw'
import { defineOp, type Case, type Op } from '../graph/op.ts'
import { requireShape } from '../graph/require.ts'
import { grid } from '../graph/shape.ts'
import type { DType } from '../graph/tensor.ts'
import { withReads } from './packedReads.ts'

/** W is stored [in, out] when `transposed`. */
export type InverseRowNormsAttrs = { readonly scaling: number; readonly transposed: boolean }

export const inverseRowNorms: Op<InverseRowNormsAttrs> = defineOp<InverseRowNormsAttrs>({
  name: 'inverseRowNorms',
  inputs: ['w', 'a', 'b'],
  outputs: ['inverse'],
  shape: ({ w, a, b }, { transposed }) => {
    const [outputs, inputs] = transposed ? w.shape.toReversed() : w.shape
    requireShape('inverseRowNorms', 'a', [b.shape[1], inputs], a.shape)
    requireShape('inverseRowNorms', 'b', [outputs, a.shape[0]], b.shape)
    return { inverse: [outputs] }
  },
  dispatch: ({ w, a, b }, { scaling, transposed }) => {
    const [outputs, rank] = b.shape
    const { text, PACKED } = withReads(shader, w.dtype, 'w', 'params.outputs * params.inputs')
    return [{ shader: text, entry: 'forward', workgroups: grid(outputs), params: { outputs, inputs: a.shape[1], rank, scaling }, defines: { PACKED, TRANSPOSED: transposed ? 1 : 0 } }]
  },
  reference({ w, a, b }, { inverse }, sizes, { scaling, transposed }) {
    const [outputs, rank] = sizes['b'].shape
    const inputs = sizes['a'].shape[1]
    for (let o = 0; o < outputs; o++) {
      let sum = 0
      for (let i = 0; i < inputs; i++) {
        let delta = 0
        for (let r = 0; r < rank; r++) delta += b[o * rank + r] * a[r * inputs + i]
        sum += (w[transposed ? i * outputs + o : o * inputs + i] + scaling * delta) ** 2
      }
      inverse[o] = 1 / Math.sqrt(sum)
    }
  },
  cases: (['f32', 'f16', 'bf16', 'int8', 'nf4'] as const).flatMap((dtype) =>
    [false, true].flatMap((transposed) => [[1, 1, 1], [7, 5, 3], [33, 200, 8]].map(([o, i, r]) => normCase(o, i, r, dtype, transposed))),
  ),
})

function normCase(o: number, i: number, r: number, dtype: DType, transposed: boolean): Case<InverseRowNormsAttrs> {
  return {
    name: `[${o},${i}] ${dtype}, rank ${r}${transposed ? ', stored [in,out]' : ''}`,
    inputs: { w: { shape: transposed ? [i, o] : [o, i], dtype }, a: { shape: [r, i] }, b: { shape: [o, r] } },
    attrs: { scaling: 0.5, transposed },
  }
}
