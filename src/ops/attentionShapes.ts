// What the attention ops share: attributes, sizes with their checks, who sees whom, and the shapes to test.
import type { Case, Dispatch, Fill, Sizes, Values } from '../graph/op.ts'
import { requireShape, requireThat } from '../graph/require.ts'
import { grid, showShape } from '../graph/shape.ts'

export interface AttentionAttrs {
  readonly batch: number
  readonly heads: number
  /** Heads of k and v; each serves heads / kvHeads query heads that follow one another. */
  readonly kvHeads: number
  readonly headSize: number
  readonly scale: number
  readonly causal: boolean
  /** Keys back from the query, itself included; 0 for all. */
  readonly window: number
  /** Scores s become softcap · tanh(s / softcap) before the softmax, as in Gemma 2; 0 leaves them. */
  readonly softcap: number
  readonly [key: string]: number | boolean
}

export interface Extent {
  /** Queries of a batch row. */
  readonly T: number
  /** Keys of a batch row. */
  readonly S: number
}

/** T and S, after every input was found to fit. */
export function extent(op: string, sizes: Sizes, attrs: AttentionAttrs): Extent {
  const { batch, heads, kvHeads, headSize } = attrs
  const [queries] = sizes['q'].shape
  const [keys] = sizes['k'].shape
  const says = `${heads} heads over ${kvHeads} of size ${headSize}, ${batch} rows`
  requireThat(heads % kvHeads === 0, op, `${heads} heads cannot share ${kvHeads} evenly.`)
  requireThat(headSize >= 1 && headSize <= 256, op, `heads of size ${headSize} are not supported, at most 256.`)
  requireThat(
    queries % batch === 0 && keys % batch === 0,
    op,
    `q ${showShape(sizes['q'].shape)} and k ${showShape(sizes['k'].shape)} do not split into ${says}.`,
  )
  requireShape(op, `q (${says})`, [queries, heads * headSize], sizes['q'].shape)
  requireShape(op, `k (${says})`, [keys, kvHeads * headSize], sizes['k'].shape)
  if (sizes['v']) requireShape(op, `v (${says})`, sizes['k'].shape, sizes['v'].shape)
  if (sizes['segmentsQ']) requireShape(op, 'segmentsQ', [queries], sizes['segmentsQ'].shape)
  requireShape(op, 'segmentsK', [keys], sizes['segmentsK'].shape)
  if (sizes['start']) requireShape(op, 'start', [batch], sizes['start'].shape)
  return { T: queries / batch, S: keys / batch }
}

/** Multiply-adds of one product of the scores' size, as operations: 2 · pairs that see each other · head size. */
export function productFlops({ T, S }: Extent, { batch, heads, headSize, causal, window }: AttentionAttrs): number {
  const seen = Math.min(S, window > 0 ? window : S, causal ? Math.max(1, S - T / 2) : S)
  return 2 * batch * heads * T * seen * headSize
}

/** Work of one dispatch on the slowest GPU we support, about 50 ms. */
const FLOPS_PER_DISPATCH = 1e10

/** One variant of a kernel: its text, and how many workgroups each owner (a head of a batch row) takes. */
export interface Variant {
  readonly kernel: Pick<Dispatch, 'shader' | 'entry' | 'defines' | 'needs' | 'lanes' | 'suits'>
  readonly params: { readonly tiles: number; readonly strip?: number }
}

/**
 * A kernel over all owners, cut so that no dispatch holds the GPU for long, each with the other variants as alternatives.
 * The cut is between owners, so that a turn covers the same work in every variant.
 */
export function inTurns(
  owners: number,
  flops: number,
  variants: readonly Variant[],
  params: Readonly<Record<string, number>>,
): Dispatch[] {
  const each = Math.ceil(owners / Math.max(1, Math.ceil(flops / FLOPS_PER_DISPATCH)))
  return Array.from({ length: Math.ceil(owners / each) }, (_, i) => {
    const first = i * each
    const count = Math.min(owners - first, each)
    const [main, ...alternatives] = variants.map(({ kernel, params: own }): Dispatch => ({
      ...kernel,
      workgroups: grid(count * own.tiles),
      params: { ...params, ...own, first, end: first + count },
      flops: (flops * count) / owners,
    }))
    return { ...main, alternatives }
  })
}

/** What every attention kernel is told. */
export const paramsOf = ({ T, S }: Extent, { heads, kvHeads, scale, causal, window, softcap }: AttentionAttrs) => ({
  T,
  S,
  heads,
  kvHeads,
  scale,
  causal: causal ? 1 : 0,
  window,
  softcap,
})

/** The score that the softmax sees, and its slope, for scale · ⟨q, k⟩. */
export function scoreOf(s: number, { softcap }: AttentionAttrs): { readonly score: number; readonly slope: number } {
  if (softcap === 0) return { score: s, slope: 1 }
  const t = Math.tanh(s / softcap)
  return { score: softcap * t, slope: 1 - t * t }
}

/** Where a head's row begins in q, o and their gradients (`queries`) or in k, v and theirs (`keys`). */
export function offsets({ T, S }: Extent, { heads, kvHeads, headSize }: AttentionAttrs) {
  return {
    query: (b: number, h: number, i: number): number => ((b * T + i) * heads + h) * headSize,
    key: (b: number, h: number, j: number): number => ((b * S + j) * kvHeads + Math.floor(h / (heads / kvHeads))) * headSize,
  }
}

/** Whether query i, at position p of its row of keys, sees key j; segments are compared by the caller. */
export const inReach = (p: number, j: number, { causal, window }: AttentionAttrs): boolean =>
  (!causal || j <= p) && (window === 0 || p - j < window)

/** ⟨a[i…], b[j…]⟩ over a head. */
export function dot(a: Values, i: number, b: Values, j: number, size: number): number {
  let sum = 0
  for (let d = 0; d < size; d++) sum += a[i + d] * b[j + d]
  return sum
}

export interface Sketch {
  readonly batch?: number
  readonly T: number
  readonly S?: number
  readonly heads?: readonly [heads: number, kvHeads: number]
  readonly size: number
  readonly causal?: boolean
  readonly window?: number
  readonly softcap?: number
  /** Index of the first query in its row of keys, per batch row. */
  readonly start?: readonly number[]
  /** packed: several examples in a row; left: padding (−1) at the left. */
  readonly segments?: 'one' | 'packed' | 'left'
}

// Few head sizes, because each is a kernel to compile, and slowly on software adapters: one four, odd ones, more than one
// chunk of columns, the largest.
const SMALL: readonly Sketch[] = [
  { T: 1, size: 4 },
  { T: 7, size: 5, heads: [2, 1] },
  { batch: 2, T: 6, size: 5, heads: [4, 2], segments: 'packed' },
  { T: 5, size: 4, causal: false, segments: 'left' },
  { T: 7, size: 4, window: 3 },
  { batch: 2, T: 6, size: 4, heads: [2, 1], softcap: 0.7 },
  { T: 5, size: 5, softcap: 1.5, segments: 'packed' },
  { batch: 2, T: 5, S: 9, size: 4, start: [4, 2] },
]
const LARGE: readonly Sketch[] = [
  { batch: 3, T: 33, size: 16, heads: [4, 4] },
  { batch: 2, T: 70, size: 16, heads: [6, 2], segments: 'packed' },
  { T: 300, size: 16, heads: [2, 2], segments: 'packed', window: 70 },
  { T: 130, size: 33, heads: [3, 1], window: 40 },
  { batch: 2, T: 33, S: 47, size: 33, causal: false, segments: 'left' },
  { batch: 2, T: 70, size: 64, heads: [3, 1], segments: 'left' },
  { T: 130, size: 64, heads: [6, 2], segments: 'packed' },
  { batch: 2, T: 33, S: 130, size: 64, heads: [2, 1], start: [97, 20] },
  { batch: 2, T: 65, S: 70, size: 80, causal: false, segments: 'left' },
  { T: 70, size: 128, heads: [2, 1] },
  { T: 40, size: 256, heads: [2, 1] },
  { batch: 2, T: 70, size: 16, heads: [6, 2], softcap: 1, window: 30 },
]
/** A step of generation: few queries after a long cache. */
export const DECODING: readonly Sketch[] = [
  { batch: 2, T: 1, S: 1200, size: 64, heads: [6, 2], start: [1199, 300] },
  { batch: 3, T: 1, S: 33, size: 64, heads: [4, 4], start: [32, 7, 0], segments: 'left' },
  { batch: 2, T: 3, S: 400, size: 33, heads: [2, 1], start: [397, 100], window: 64 },
  { batch: 1, T: 2, S: 50, size: 256, heads: [4, 1], start: [48], segments: 'left' },
  { T: 2, S: 300, size: 5, causal: false },
  { batch: 2, T: 1, S: 300, size: 5, softcap: 1, start: [299, 20] },
  { batch: 2, T: 2, S: 70, size: 16, heads: [4, 2], softcap: 0.5, start: [60, 20] },
]
/** Small ones are differentiated numerically. */
export const SKETCHES: readonly (readonly [Sketch, small: boolean])[] = [
  ...SMALL.map((s) => [s, true] as const),
  ...LARGE.map((s) => [s, false] as const),
]

/** A sketch's name, attributes and sizes, and fills for whichever inputs an op takes. */
export function fromSketch(
  sketch: Sketch,
): Pick<Case<AttentionAttrs>, 'name' | 'attrs'> & Extent & { readonly inputs: Readonly<Record<string, Fill>> } {
  const { batch = 1, T, S = T, size, heads: [heads, kvHeads] = [1, 1], causal = true, window = 0, softcap = 0, segments = 'one' } = sketch
  const start = sketch.start ?? new Array<number>(batch).fill(0)
  const words = [
    `${batch}×${T}`,
    ...(S === T ? [] : [`of ${S}`]),
    `${heads}/${kvHeads} heads of ${size}`,
    ...(causal ? [] : ['not causal']),
    ...(window > 0 ? [`window ${window}`] : []),
    ...(softcap > 0 ? [`capped at ${softcap}`] : []),
    ...(segments === 'one' ? [] : [segments]),
  ]
  const segment = (b: number, j: number): number =>
    segments === 'one' ? 0 : segments === 'left' ? (j < 3 + b ? -1 : 0) : Math.floor((j * 3.7) / (T + 1 + b))
  // Keys that no query may see hold numbers that would show in any result.
  const reach = (b: number): number => (causal ? start[b] + T : S)
  const cached =
    (spread: number) =>
    (i: number): number => {
      const row = Math.floor(i / (kvHeads * size))
      const wild = row % S >= reach(Math.floor(row / S))
      return wild ? 1e9 * (i % 2 === 0 ? 1 : -1) : spread * Math.sin(i * 12.9898 + spread) + 0.3 * Math.cos(i * 0.37)
    }
  return {
    name: words.join(', '),
    attrs: { batch, heads, kvHeads, headSize: size, scale: size ** -0.5, causal, window, softcap },
    T,
    S,
    inputs: {
      q: { shape: [batch * T, heads * size] },
      k: { shape: [batch * S, kvHeads * size], fill: cached(1.3) },
      v: { shape: [batch * S, kvHeads * size], fill: cached(0.9) },
      segmentsQ: {
        shape: [batch * T],
        dtype: 'i32',
        fill: (i) => segment(Math.floor(i / T), start[Math.floor(i / T)] + (i % T)),
      },
      segmentsK: { shape: [batch * S], dtype: 'i32', fill: (i) => segment(Math.floor(i / S), i % S) },
      start: { shape: [batch], dtype: 'i32', fill: (b) => start[b] },
    },
  }
}
