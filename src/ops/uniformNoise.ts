// y = x + bound · u with u uniform in [-1, 1), a fresh draw for every (seed, step, site, element); gradients pass as they are.
// NEFTune adds it to embeddings with bound α / √(L·C): https://arxiv.org/abs/2310.05914
import shader from '../../shaders/uniformNoise.wgsl?raw'
import { elements } from '../graph/layout.ts'
import { defineOp } from '../graph/op.ts'
import { requireShape, requireThat } from '../graph/require.ts'
import { sizeOf } from '../graph/shape.ts'
import { pcg4d } from './dropout.ts'

/** `site` is a number of its own for every place that draws, so that no two places share their noise. */
export type UniformNoiseAttrs = { readonly bound: number; readonly site: number }

/** Half of the values that 24 random bits take: each is exact as a 32-bit float. */
const HALF = 2 ** 23

export const uniformNoise = defineOp<UniformNoiseAttrs>({
  name: 'uniformNoise',
  light: true,
  inputs: ['x', 'seed'],
  outputs: ['y'],
  shape: ({ x, seed }) => {
    requireShape('uniformNoise', 'seed (seed, step)', [2], seed.shape)
    requireThat(seed.dtype === 'u32', 'uniformNoise', `seed should be u32, found ${seed.dtype}.`)
    return { y: x.shape }
  },
  dispatch: ({ x }, { bound, site }) => {
    const { workgroups, params, defines } = elements(sizeOf(x.shape))
    return [{ shader, entry: 'forward', workgroups, params: { ...params, step: bound / HALF, site }, defines }]
  },
  backward: (_g, _node, { y: dy }, needs) => (needs.has('x') ? { x: dy } : {}),
  reference: ({ x, seed }, { y }, _sizes, { bound, site }) => {
    for (let i = 0; i < x.length; i += 4) {
      const random = pcg4d(seed[0], seed[1], site, i / 4)
      for (let k = i; k < Math.min(i + 4, x.length); k++) y[k] = x[k] + bound * ((random[k - i] >>> 8) / HALF - 1)
    }
  },
  cases: [
    noiseCase([1], 1, 1),
    noiseCase([3, 5], 0.1, 7),
    noiseCase([4, 8], 0.5, 0),
    ...[
      [200, 257],
      [17, 64],
    ].map((shape) => ({ ...noiseCase(shape, 2, 0xfedcba98), differentiate: [] })),
  ],
})

function noiseCase(shape: number[], bound: number, site: number) {
  const seed = { shape: [2], dtype: 'u32' as const, fill: (i: number) => (i === 0 ? 0x9e3779b9 : 12) }
  return { name: `[${shape}] within ${bound}`, inputs: { x: { shape }, seed }, attrs: { bound, site } }
}
