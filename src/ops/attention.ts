// o = softmax(scale · q·kᵀ, over the keys a query sees) · v for every head, without the matrix of scores in memory
// (FlashAttention-2, https://arxiv.org/abs/2307.08691). A query sees keys of its own segment, causally from `start` on,
// within the window; one that sees none gets zeros. `lse`, laid out [batch, heads, T], is what the backward pass needs.
import shader from '../../shaders/attention.wgsl?raw'
import { defineOp, type Case, type Dispatch, type Op } from '../graph/op.ts'
import { attentionBackward } from './attentionBackward.ts'
import { forwardKernel } from './attentionKernel.ts'
import {
  DECODING,
  dot,
  extent,
  fromSketch,
  inReach,
  inTurns,
  offsets,
  paramsOf,
  productFlops,
  scoreOf,
  SKETCHES,
  type AttentionAttrs,
  type Extent,
  type Variant,
} from './attentionShapes.ts'
import { variants } from './attentionTilings.ts'

/** Up to this many queries a row, threads share the keys of one query instead of a tile of queries. */
const FEW = 4

export const attention: Op<AttentionAttrs> = defineOp<AttentionAttrs>({
  name: 'attention',
  inputs: ['q', 'k', 'v', 'segmentsQ', 'segmentsK', 'start'],
  outputs: ['o', 'lse'],
  shape: (sizes, attrs) => {
    const { T } = extent('attention', sizes, attrs)
    return { o: sizes['q'].shape, lse: [attrs.batch * attrs.heads * T] }
  },
  dispatch: (sizes, attrs) => {
    const size = extent('attention', sizes, attrs)
    return size.T <= FEW ? decode(size, attrs) : prefill(size, attrs)
  },
  backward: attentionBackward,
  reference: ({ q, k, v, segmentsQ, segmentsK, start }, { o, lse }, sizes, attrs) => {
    const { batch, heads, headSize, scale } = attrs
    const { T, S } = extent('attention', sizes, attrs)
    const at = offsets({ T, S }, attrs)
    for (let b = 0; b < batch; b++) {
      for (let h = 0; h < heads; h++) {
        for (let i = 0; i < T; i++) {
          const seen = Array.from({ length: S }, (_, j) => j).filter(
            (j) => segmentsQ[b * T + i] === segmentsK[b * S + j] && inReach(start[b] + i, j, attrs),
          )
          if (seen.length === 0) continue
          const scores = seen.map((j) => scoreOf(scale * dot(q, at.query(b, h, i), k, at.key(b, h, j), headSize), attrs).score)
          const most = Math.max(...scores)
          const sum = scores.reduce((n, s) => n + Math.exp(s - most), 0)
          lse[(b * heads + h) * T + i] = most + Math.log(sum)
          seen.forEach((j, n) => {
            const p = Math.exp(scores[n] - most) / sum
            for (let d = 0; d < headSize; d++) o[at.query(b, h, i) + d] += p * v[at.key(b, h, j) + d]
          })
        }
      }
    }
  },
  cases: [...SKETCHES, ...DECODING.map((s) => [s, false] as const)].map(([sketch, small]): Case<AttentionAttrs> => {
    const { name, attrs, inputs } = fromSketch(sketch)
    return { name, inputs, attrs, differentiate: small ? ['q', 'k', 'v'] : [] }
  }),
})

const tiled = (size: Extent, attrs: AttentionAttrs): Variant[] => variants(attrs, size.T, 'forward', forwardKernel)

function prefill(size: Extent, attrs: AttentionAttrs): Dispatch[] {
  return inTurns(attrs.batch * attrs.heads, 2 * productFlops(size, attrs), tiled(size, attrs), paramsOf(size, attrs))
}

function decode(size: Extent, attrs: AttentionAttrs): Dispatch[] {
  const { batch, heads, headSize, softcap } = attrs
  const defines = { CAPPED: softcap > 0 ? 1 : 0, SIZE: headSize, FOURS: Math.ceil(headSize / 4), VEC4: headSize % 4 === 0 ? 1 : 0 }
  const own = { kernel: { shader, entry: 'decode', defines }, params: { tiles: size.T } }
  // Software adapters run barriers and workgroup memory so slowly that even a tile of mostly missing queries is faster.
  const list = [own, ...tiled(size, attrs).filter(({ kernel }) => kernel.suits === 'software')]
  return inTurns(batch * heads, 2 * productFlops(size, attrs), list, paramsOf(size, attrs))
}
