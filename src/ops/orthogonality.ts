// weight · mean over matrices P (rank, n) of ‖P Pᵀ − I‖_F, a penalty on rows that are not orthonormal, with its gradient
// 2 (P Pᵀ − I) P / ‖·‖ added to the flat gradient buffer. All matrices at once: a model has hundreds of small ones.
// AdaLoRA's regulariser, https://arxiv.org/abs/2303.10512, equation 4, averaged and not squared, as PEFT has it.
import shader from '../../shaders/orthogonality.wgsl?raw'
import { defineOp, type Case } from '../graph/op.ts'
import { grid } from '../graph/shape.ts'

type OrthogonalityAttrs = { readonly rank: number; readonly weight: number; /** Length of the longest row. */ readonly longest: number }

/** Numbers that describe a matrix: place of its first number, length of a row, distance of rows, distance of neighbours. */
const SIDE = 4

export const orthogonality = defineOp<OrthogonalityAttrs>({
  name: 'orthogonality',
  inputs: ['sides', 'value', 'gradient'],
  outputs: ['grams', 'norms', 'total'],
  updates: ['gradient'],
  shape: ({ sides: { shape } }, { rank }) => ({ grams: [shape[0], rank, rank], norms: [shape[0]], total: [1] }),
  dispatch: ({ sides }, attrs) => {
    const [matrices] = sides.shape
    const { rank, longest } = attrs
    const params = { matrices, ...attrs }
    return [
      { shader, entry: 'gram', workgroups: grid(matrices * rank * rank, 64), params },
      { shader, entry: 'lengths', workgroups: grid(1), params },
      { shader, entry: 'spread', workgroups: grid(matrices * rank * longest, 256), params },
    ]
  },
  reference({ sides, value, gradient }, { grams, norms, total }, _sizes, { rank, weight }) {
    for (let m = 0; m < norms.length; m++) {
      const [first, length, far, near] = sides.subarray(m * SIDE, (m + 1) * SIDE)
      const at = (i: number, k: number): number => first + i * far + k * near
      for (let i = 0; i < rank; i++)
        for (let j = 0; j < rank; j++) {
          let entry = i === j ? -1 : 0
          for (let k = 0; k < length; k++) entry += value[at(i, k)] * value[at(j, k)]
          grams[(m * rank + i) * rank + j] = entry
          norms[m] += entry * entry
        }
      norms[m] = Math.sqrt(norms[m])
      total[0] += (weight * norms[m]) / norms.length
      if (norms[m] === 0) continue
      for (let i = 0; i < rank; i++)
        for (let k = 0; k < length; k++) {
          let entry = 0
          for (let j = 0; j < rank; j++) entry += grams[(m * rank + i) * rank + j] * value[at(j, k)]
          gradient[at(i, k)] += ((2 * weight) / norms.length / norms[m]) * entry
        }
    }
  },
  cases: [
    { name: 'one row', rank: 1, sides: [[0, 3, 3, 1]] },
    { name: 'rows and columns of several sizes', rank: 5, sides: [[0, 33, 33, 1], [165, 16, 1, 5], [245, 70, 1, 5]] },
    { name: 'orthonormal rows have no gradient', rank: 4, sides: [[0, 4, 4, 1]], fill: (i: number) => (i % 5 === 0 ? 1 : 0) },
    { name: 'twelve long rows', rank: 12, sides: [[0, 300, 300, 1], [3600, 576, 1, 12]] },
  ].map(({ name, rank, sides, fill }): Case<OrthogonalityAttrs> => {
    const length = sides.reduce((most, [first, n]) => Math.max(most, first + rank * n), 0)
    return {
      name,
      inputs: {
        sides: { shape: [sides.length, SIDE], dtype: 'i32', fill: (i) => sides.flat()[i] },
        value: { shape: [length], ...(fill && { fill }) },
        gradient: { shape: [length] },
      },
      attrs: { rank, weight: 0.3, longest: Math.max(...sides.map(([, n]) => n)) },
    }
  }),
})
