// Gradients of attention (FlashAttention-2, https://arxiv.org/abs/2307.08691, Algorithm 2), as two kernels without atomics:
// one walks over keys for dq, one over queries for dk and dv; both recompute P = exp(scale · q·kᵀ − lse).
// What they need of a query row is gathered first: rows[batch, heads, T] of (lse, δ = ⟨dO, o⟩, segment, position).
import shader from '../../shaders/attentionBackward.wgsl?raw'
import type { Graph } from '../graph/graph.ts'
import type { Node } from '../graph/node.ts'
import { defineOp, type Case, type Op, type Values } from '../graph/op.ts'
import { requireShape } from '../graph/require.ts'
import { grid } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { backwardKVKernel, backwardQKernel } from './attentionKernel.ts'
import {
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
  type Sketch,
} from './attentionShapes.ts'
import { variants } from './attentionTilings.ts'

export interface AttentionKVAttrs extends AttentionAttrs {
  readonly needK: boolean
  readonly needV: boolean
}

export function attentionBackward(
  g: Graph,
  { inputs, outputs, attrs }: Node<AttentionAttrs>,
  { o: dO }: Readonly<Record<string, Tensor>>,
  needs: ReadonlySet<string>,
): Readonly<Record<string, Tensor>> {
  const { q, k, v, segmentsQ, segmentsK, start } = inputs
  const [needQ, needK, needV] = ['q', 'k', 'v'].map((name) => needs.has(name))
  if (!dO || !(needQ || needK || needV)) return {}
  const { rows } = attentionRows(g, { o: outputs['o'], dO, lse: outputs['lse'], segmentsQ, start }, attrs)
  const { dq } = needQ ? attentionBackwardQ(g, { q, k, v, dO, segmentsK, rows }, attrs) : {}
  const { dk, dv } = needK || needV ? attentionBackwardKV(g, { q, k, v, dO, segmentsK, rows }, { ...attrs, needK, needV }) : {}
  return { ...(dq && { q: dq }), ...(dk && { k: dk }), ...(dv && { v: dv }) }
}

export const attentionRows: Op<AttentionAttrs> = defineOp<AttentionAttrs>({
  name: 'attentionRows',
  inputs: ['o', 'dO', 'lse', 'segmentsQ', 'start'],
  outputs: ['rows'],
  shape: ({ o, dO, lse, segmentsQ }, { heads }) => {
    requireShape('attentionRows', 'dO', o.shape, dO.shape)
    requireShape('attentionRows', 'lse', [segmentsQ.shape[0] * heads], lse.shape)
    return { rows: [lse.shape[0], 4] }
  },
  dispatch: ({ lse }, { batch, heads, headSize }) => {
    const [rows] = lse.shape
    const fours = headSize % 4 === 0
    const params = { T: rows / heads / batch, heads, rows, width: fours ? headSize / 4 : headSize }
    return [{ shader, entry: 'gather', workgroups: grid(rows, 64), params, defines: { VEC4: fours ? 1 : 0 } }]
  },
  reference: ({ o, dO, lse, segmentsQ, start }, { rows }, _sizes, attrs) => {
    const { batch, heads, headSize } = attrs
    const T = segmentsQ.length / batch
    const at = offsets({ T, S: T }, attrs)
    for (let b = 0; b < batch; b++) {
      for (let h = 0; h < heads; h++) {
        for (let i = 0; i < T; i++) {
          const row = (b * heads + h) * T + i
          const delta = dot(o, at.query(b, h, i), dO, at.query(b, h, i), headSize)
          rows.set([lse[row], delta, segmentsQ[b * T + i], start[b] + i], row * 4)
        }
      }
    }
  },
  cases: SKETCHES.map(([sketch]): Case<AttentionAttrs> => {
    const { name, attrs, inputs } = fromSketch(sketch)
    const { q, segmentsQ, start } = inputs
    const rows = segmentsQ.shape[0] * attrs.heads
    return { name, attrs, inputs: { o: q, dO: q, lse: { shape: [rows] }, segmentsQ, start } }
  }),
})

export const attentionBackwardQ: Op<AttentionAttrs> = defineOp<AttentionAttrs>({
  name: 'attentionBackwardQ',
  inputs: ['q', 'k', 'v', 'dO', 'segmentsK', 'rows'],
  outputs: ['dq'],
  shape: (sizes, attrs) => {
    extent('attentionBackwardQ', sizes, attrs)
    return { dq: sizes['q'].shape }
  },
  dispatch: (sizes, attrs) => {
    const size = extent('attentionBackwardQ', sizes, attrs)
    const list = variants(attrs, size.T, 'backwardQ', backwardQKernel)
    return inTurns(attrs.batch * attrs.heads, 3 * productFlops(size, attrs), list, paramsOf(size, attrs))
  },
  reference: (values, { dq }, sizes, attrs) => {
    const size = extent('attentionBackwardQ', sizes, attrs)
    pairs(values, size, attrs, (q, key, _p, ds) => {
      for (let d = 0; d < attrs.headSize; d++) dq[q + d] += ds * values['k'][key + d]
    })
  },
  cases: SKETCHES.map(([sketch]) => backwardCase(sketch)),
})

export const attentionBackwardKV: Op<AttentionKVAttrs> = defineOp<AttentionKVAttrs>({
  name: 'attentionBackwardKV',
  inputs: ['q', 'k', 'v', 'dO', 'segmentsK', 'rows'],
  outputs: ['dk', 'dv'],
  shape: (sizes, attrs) => {
    extent('attentionBackwardKV', sizes, attrs)
    return { ...(attrs.needK && { dk: sizes['k'].shape }), ...(attrs.needV && { dv: sizes['k'].shape }) }
  },
  dispatch: (sizes, attrs) => {
    const size = extent('attentionBackwardKV', sizes, attrs)
    const { batch, kvHeads, headSize, needK, needV } = attrs
    // Accumulators of both gradients of a large head would not fit the registers of a thread.
    const together = needK && needV && headSize <= 128
    const passes = together
      ? [{ k: true, v: true }]
      : [...(needV ? [{ k: false, v: true }] : []), ...(needK ? [{ k: true, v: false }] : [])]
    return passes.flatMap((needs) => {
      const products = 1 + (needs.v ? 1 : 0) + (needs.k ? 2 : 0)
      const list = variants(attrs, size.S, 'backwardKV', (s) => backwardKVKernel(s, needs))
      return inTurns(batch * kvHeads, products * productFlops(size, attrs), list, paramsOf(size, attrs))
    })
  },
  reference: (values, { dk, dv }, sizes, attrs) => {
    const size = extent('attentionBackwardKV', sizes, attrs)
    pairs(values, size, attrs, (q, key, p, ds) => {
      for (let d = 0; d < attrs.headSize; d++) {
        if (dk) dk[key + d] += ds * values['q'][q + d]
        if (dv) dv[key + d] += p * values['dO'][q + d]
      }
    })
  },
  cases: SKETCHES.flatMap(([sketch]): Case<AttentionKVAttrs>[] =>
    // One gradient alone is another kernel: once is enough.
    [
      [true, true],
      ...(sketch.size === 4
        ? [
            [true, false],
            [false, true],
          ]
        : []),
    ].map(([needK, needV]) => {
      const { name, inputs, attrs } = backwardCase(sketch)
      const alone = needK && needV ? '' : needK ? ', dk alone' : ', dv alone'
      return { name: name + alone, inputs, attrs: { ...attrs, needK, needV } }
    }),
  ),
})

/** Every query and key that see each other: where their rows begin, P and dS. */
function pairs(
  { q, k, v, dO, segmentsK, rows }: Readonly<Record<string, Values>>,
  { T, S }: Extent,
  attrs: AttentionAttrs,
  visit: (queryAt: number, keyAt: number, p: number, ds: number) => void,
): void {
  const { batch, heads, headSize, scale } = attrs
  const at = offsets({ T, S }, attrs)
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let i = 0; i < T; i++) {
        const [lse, delta, segment, position] = rows.subarray(((b * heads + h) * T + i) * 4)
        for (let j = 0; j < S; j++) {
          if (segment !== segmentsK[b * S + j] || !inReach(position, j, attrs)) continue
          const [query, key] = [at.query(b, h, i), at.key(b, h, j)]
          const { score, slope } = scoreOf(scale * dot(q, query, k, key, headSize), attrs)
          const p = Math.exp(score - lse)
          visit(query, key, p, p * (dot(dO, query, v, key, headSize) - delta) * slope * scale)
        }
      }
    }
  }
}

/** lse and δ are any numbers of the usual size: each kernel must do its own formula right. */
function backwardCase(sketch: Sketch): Case<AttentionAttrs> {
  const { name, attrs, T, inputs } = fromSketch(sketch)
  const { q, k, v, segmentsQ, segmentsK, start } = inputs
  const row = (i: number): number => {
    const r = Math.floor(i / 4)
    const b = Math.floor(r / (attrs.heads * T))
    const t = r % T
    return [
      2 + Math.log(1 + t) + 0.3 * Math.sin(r),
      Math.sin(r * 1.7),
      segmentsQ.fill?.(b * T + t) ?? 0,
      (start.fill?.(b) ?? 0) + t,
    ][i % 4]
  }
  return { name, attrs, inputs: { q, k, v, dO: q, segmentsK, rows: { shape: [attrs.batch * attrs.heads * T, 4], fill: row } } }
}
