// y = x / (1 − p) with probability 1 − p, else 0. https://jmlr.org/papers/v15/srivastava14a.html
// The mask is a hash of (seed, step, site, element): nothing is stored, and the backward pass draws it again.
// pcg4d of M. Jarzynski and M. Olano (https://jcgt.org/published/0009/03/02/) with one more round, because after two a
// changed upper bit of the seed still leaves most bits as they were.
import shader from '../../shaders/dropout.wgsl?raw'
import { elements } from '../graph/layout.ts'
import { defineOp, type Op } from '../graph/op.ts'
import { requireShape, requireThat } from '../graph/require.ts'
import { sizeOf } from '../graph/shape.ts'

/** `site` is a number of its own for every place that drops, so that no two places share a mask. */
export type DropoutAttrs = { readonly p: number; readonly site: number }

/** Four words of random bits from four words, in the u32 arithmetic of the shader. */
export function pcg4d(a: number, b: number, c: number, d: number): readonly [number, number, number, number] {
  let [x, y, z, w] = [a, b, c, d].map((v) => (Math.imul(v, 1664525) + 1013904223) | 0)
  for (let round = 0; round < 3; round++) {
    x = (x + Math.imul(y, w)) | 0
    y = (y + Math.imul(z, x)) | 0
    z = (z + Math.imul(x, y)) | 0
    w = (w + Math.imul(y, z)) | 0
    if (round < 2) [x, y, z, w] = [x ^ (x >>> 16), y ^ (y >>> 16), z ^ (z >>> 16), w ^ (w >>> 16)]
  }
  return [x >>> 0, y >>> 0, z >>> 0, w >>> 0]
}

/** The smallest random word that keeps its element. */
const threshold = (p: number): number => Math.round(p * 2 ** 32)

export const dropout: Op<DropoutAttrs> = defineOp<DropoutAttrs>({
  name: 'dropout',
  light: true,
  inputs: ['x', 'seed'],
  outputs: ['y'],
  shape: ({ x, seed }, { p }) => {
    requireThat(p >= 0 && p < 1, 'dropout', `p should be at least 0 and below 1, found ${p}.`)
    requireShape('dropout', 'seed (seed, step)', [2], seed.shape)
    requireThat(seed.dtype === 'u32', 'dropout', `seed should be u32, found ${seed.dtype}.`)
    return { y: x.shape }
  },
  dispatch: ({ x }, { p, site }) => {
    const { workgroups, params, defines } = elements(sizeOf(x.shape))
    const all = { ...params, threshold: threshold(p), factor: 1 / (1 - p), site }
    return [{ shader, entry: 'forward', workgroups, params: all, defines }]
  },
  backward: (g, { inputs: { seed }, attrs }, { y: dy }, needs) =>
    needs.has('x') ? { x: dropout(g, { x: dy, seed }, attrs).y } : {},
  reference: ({ x, seed }, { y }, _sizes, { p, site }) => {
    for (let i = 0; i < x.length; i += 4) {
      const random = pcg4d(seed[0], seed[1], site, i / 4)
      for (let k = i; k < Math.min(i + 4, x.length); k++) y[k] = random[k - i] >= threshold(p) ? x[k] / (1 - p) : 0
    }
  },
  cases: [
    dropoutCase([1], 0.5, 1),
    dropoutCase([3, 5], 0.1, 7),
    dropoutCase([4, 8], 0.5, 0),
    ...[
      [200, 257],
      [17, 64],
    ].map((shape) => ({ ...dropoutCase(shape, 0.1, 0xfedcba98), differentiate: [] })),
    { ...dropoutCase([33, 33], 0.9, 3), differentiate: [] },
    { ...dropoutCase([33, 32], 0, 3), differentiate: [] },
  ],
})

function dropoutCase(shape: number[], p: number, site: number) {
  const seed = { shape: [2], dtype: 'u32' as const, fill: (i: number) => (i === 0 ? 0x9e3779b9 : 12) }
  return { name: `[${shape}] p ${p}`, inputs: { x: { shape }, seed }, attrs: { p, site } }
}
