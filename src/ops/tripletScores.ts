// How important each triplet (a row of A, e, a column of B) of AdaLoRA's updates is: sensitivity × uncertainty of e plus
// the means of that over the row and the column. https://arxiv.org/abs/2303.10512, equation 8.
import shader from '../../shaders/tripletScores.wgsl?raw'
import { defineOp, type Attrs, type Case } from '../graph/op.ts'
import { grid } from '../graph/shape.ts'

/** Numbers that describe a triplet: places of A (r, in), B (out, r) and e in the flat buffers, its number, r, in, out, 0. */
export const TRIPLET = 8

/** Descriptions of all triplets of layers whose windows follow one another, for cases. */
export function layTriplets(layers: readonly { readonly r: number; readonly in: number; readonly out: number }[]): { table: number[]; length: number } {
  const table: number[] = []
  let at = 0
  for (const { r, in: inner, out } of layers) {
    const [a, b, e] = [at, at + r * inner, at + r * (inner + out)]
    for (let k = 0; k < r; k++) table.push(a, b, e + k, k, r, inner, out, 0)
    at = e + r
  }
  return { table, length: at }
}

export const tripletScores = defineOp({
  name: 'tripletScores',
  inputs: ['triplets', 'sensitivity', 'uncertainty'],
  outputs: ['scores'],
  shape: ({ triplets }) => ({ scores: [triplets.shape[0]] }),
  dispatch: ({ triplets }) => [{ shader, entry: 'forward', workgroups: grid(triplets.shape[0]), params: { count: triplets.shape[0] } }],
  reference({ triplets, sensitivity, uncertainty }, { scores }) {
    const score = (i: number): number => sensitivity[i] * uncertainty[i]
    for (let t = 0; t < scores.length; t++) {
      const [a, b, e, number, r, inner, out] = triplets.subarray(t * TRIPLET, (t + 1) * TRIPLET)
      scores[t] = score(e)
      for (let j = 0; j < inner; j++) scores[t] += score(a + number * inner + j) / inner
      for (let j = 0; j < out; j++) scores[t] += score(b + j * r + number) / out
    }
  },
  cases: [[{ r: 1, in: 1, out: 1 }], [{ r: 5, in: 7, out: 3 }, { r: 2, in: 130, out: 65 }], [{ r: 12, in: 576, out: 192 }]].map((layers): Case<Attrs> => {
    const { table, length } = layTriplets(layers)
    return {
      name: layers.map((l) => `${l.r} of ${l.in}→${l.out}`).join(', '),
      inputs: {
        triplets: { shape: [table.length / TRIPLET, TRIPLET], dtype: 'i32', fill: (i) => table[i] },
        sensitivity: { shape: [length], fill: (i) => 1 + Math.sin(i) },
        uncertainty: { shape: [length], fill: (i) => 1 + Math.cos(3 * i) },
      },
      attrs: {},
    }
  }),
})
