// Traces a family's forward pass into a graph, calling every method's hooks on the way. Where tensors come from is decided
// by `Sources`: a census only lists them, a real trace finds them in the flat parameter store or among frozen weights.
import type { AttentionShape, LinearShape, Model, ResidualSite } from '../families/family.ts'
import { rotaryValues, type RotaryTable } from '../families/rotary.ts'
import type { Graph } from '../graph/graph.ts'
import type { Shape } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { streamOf } from '../lib/rng.ts'
import type { Attachment, EmbeddingSite, Init, LinearSite, ParamOptions, Site, SublayerSite } from '../methods/method.ts'
import { activation, type Activation } from '../ops/activation.ts'
import { add } from '../ops/add.ts'
import { attention } from '../ops/attention.ts'
import { cacheWrite } from '../ops/cacheWrite.ts'
import { dropout } from '../ops/dropout.ts'
import { embedding } from '../ops/embedding.ts'
import { gatherRows } from '../ops/gatherRows.ts'
import { gatedActivation } from '../ops/gatedActivation.ts'
import { layerNorm } from '../ops/layerNorm.ts'
import { matmul } from '../ops/matmul.ts'
import { rmsNorm } from '../ops/rmsNorm.ts'
import { rope } from '../ops/rope.ts'
import { scale } from '../ops/scale.ts'
import { shiftIndex } from '../ops/shiftIndex.ts'
import { sliceColumns } from '../ops/sliceColumns.ts'
import { uniformNoise } from '../ops/uniformNoise.ts'
import { virtualTokens, type VirtualTokens } from './virtualTokens.ts'

/** Role of a base tensor: matrices may stay in 16 bits, vectors are always f32; LayerNorm's are never decayed. */
export type Role = 'matrix' | 'vector' | 'norm'

export interface Sources {
  /** A frozen base tensor. */
  weight(g: Graph, name: string, shape: Shape, role: Role): Tensor
  /** A trainable one, under its key. */
  param(g: Graph, key: string, shape: Shape, init: Init, options: ParamOptions & { readonly role?: Role; readonly owner?: number }): Tensor
}

export interface TraceShape {
  readonly batch: number
  readonly length: number
  /** Drop-out and other noise. */
  readonly training: boolean
  /** NEFTune's α: uniform noise on token embeddings while training; absent or 0 is none. */
  readonly noise?: number
  /** Places of a key/value cache per row: cached decoding. Absent: every row attends within itself. */
  readonly cache?: number
  /** Rows of that cache, where the batch is one of them: `start` then counts from the cache's first place. Unsaid: as many as the batch. */
  readonly cacheRows?: number
  /** Stands before the names of what depends on virtual tokens, where a graph holds a second pass without them. */
  readonly names?: string
  /** Whether virtual tokens of methods come first here; false only when they are in the cache already. */
  readonly lead: boolean
}

/** Cache states of one layer. */
export const cacheName = (layer: number, which: 'k' | 'v'): string => `cache.${layer}.${which}`

export class Tracer implements Model {
  readonly tokens: Tensor
  readonly positions: Tensor
  private readonly segmentsQ: Tensor
  private readonly segmentsK: Tensor
  private readonly start: Tensor
  private prefixStart: Tensor | undefined
  private readonly virtual: VirtualTokens
  /** Places of a row, prompt tokens included. */
  private readonly places: number
  /** Linear and embedding paths in order of use, for the outline. */
  readonly linears: string[] = []
  readonly linearSizes = new Map<string, { in: number; out: number }>()
  readonly embeddings: string[] = []
  readonly norms: string[] = []
  attentionShape: AttentionShape | undefined
  /** The stream of hidden states between the parts of the layers. */
  readonly stream: Tensor[] = []
  /** How often each site has dropped. */
  private readonly drops = new Map<string, number>()

  constructor(
    readonly graph: Graph,
    private readonly shape: TraceShape,
    private readonly sources: Sources,
    private readonly attachments: readonly Attachment[],
  ) {
    const { batch, length, cache, lead, names = '' } = shape
    const { prompt, prefix } = (this.virtual = virtualTokens(attachments))
    this.places = length + (lead ? prompt : 0)
    this.tokens = graph.input('tokens', [batch * length], 'i32')
    this.positions = graph.input(`${names}positions`, [batch * this.places], 'i32')
    this.segmentsQ = graph.input(`${names}segments`, [batch * this.places], 'i32')
    if (cache !== undefined) {
      this.segmentsK = this.cacheSegments('cache segments', cache, 0)
      this.start = graph.input('start', [batch], 'i32')
    } else {
      this.segmentsK = prefix > 0 ? graph.input('key segments', [batch * (prefix + this.places)], 'i32') : this.segmentsQ
      this.start = graph.constant(`${names}start`, [batch], new Int32Array(batch).fill(prefix))
    }
  }

  get tokenTypes(): Tensor {
    return this.graph.input(`${this.shape.names ?? ''}token types`, [this.shape.batch * this.places], 'i32')
  }

  /** Puts the same rows in front of every row of the batch: (P, C) and (B·T, C) → (B·(P+T), C). */
  private prepend(front: Tensor, x: Tensor): Tensor {
    const { graph } = this
    const [count, T] = [front.shape[0], x.shape[0] / this.shape.batch]
    const L = count + T
    const index = (pick: (b: number, i: number) => number): Int32Array => Int32Array.from({ length: this.shape.batch * L }, (_, n) => pick(Math.floor(n / L), n % L))
    const rows = (name: string, pick: (b: number, i: number) => number): Tensor => graph.constant(`${name} ${count}+${T}`, [this.shape.batch * L], index(pick))
    const behind = gatherRows(graph, { x, rows: rows('rows behind', (b, i) => (i < count ? -1 : b * T + i - count)) }, {}).y
    const before = gatherRows(graph, { x: front, rows: rows('rows before', (_, i) => (i < count ? i : -1)) }, {}).y
    return add(graph, { a: before, b: behind }, {}).y
  }

  private base(name: string, shape: Shape, role: Role): Tensor {
    for (const [owner, a] of this.attachments.entries()) {
      const key = a.trains?.(name)
      if (key !== undefined) return this.sources.param(this.graph, key, shape, { kind: 'checkpoint', name }, { role, owner })
    }
    return this.sources.weight(this.graph, name, shape, role)
  }

  /** The site as the attachment of that number sees it: what it declares is its own. */
  private owned<S extends Site>(site: S, owner: number): S {
    return { ...site, param: (key: string, size: Shape, init: Init, options: ParamOptions = {}) => this.sources.param(this.graph, key, size, init, { ...options, owner }) }
  }

  /** A stream of its own for every place that drops, also where one site drops twice. */
  private dropStream(path: string): number {
    const before = this.drops.get(path) ?? 0
    this.drops.set(path, before + 1)
    return streamOf(before === 0 ? path : `${path}#${before}`)
  }

  private site(path: string): Pick<LinearSite, 'graph' | 'path' | 'training' | 'param' | 'dropout'> {
    const { graph, shape, sources } = this
    return {
      graph,
      path,
      training: shape.training,
      param: (key, size, init, options = {}) => sources.param(graph, key, size, init, options),
      dropout: (x, p) => (p > 0 && shape.training ? dropout(graph, { x, seed: graph.input('seed', [2], 'u32') }, { p, site: this.dropStream(path) }).y : x),
    }
  }

  embedding(path: string, ids: Tensor, vocabulary: number, width: number, padding: number, factor = 1): Tensor {
    this.embeddings.push(path)
    return this.graph.within(path, () => {
      const base = () => embedding(this.graph, { tokens: ids, w: this.base(`${path}.weight`, [vocabulary, width], 'matrix') }, { padding }).y
      const site: EmbeddingSite = { ...this.site(path), vocabulary, width, padding, ids }
      const plain = this.attachments.reduce((inner, a, i) => (a.embedding ? () => a.embedding!(this.owned(site, i), inner) : inner), base)()
      const embedded = factor === 1 ? plain : this.scale(plain, factor)
      const h = ids === this.tokens ? this.disturb(path, embedded) : embedded
      const prompting = ids === this.tokens && this.shape.lead ? this.attachments.findIndex((a) => a.prompt) : -1
      if (prompting < 0) return h
      return this.prepend(this.graph.within('prompt', () => this.attachments[prompting].prompt!.embeddings(this.owned(site, prompting))), h)
    })
  }

  /** Noise as NEFTune adds it: within α / √(L·C) of every token's embedding. */
  private disturb(path: string, h: Tensor): Tensor {
    const { training, noise = 0, length } = this.shape
    if (!training || noise === 0) return h
    const bound = noise / Math.sqrt(length * h.shape[1])
    return uniformNoise(this.graph, { x: h, seed: this.graph.input('seed', [2], 'u32') }, { bound, site: streamOf(`${path} noise`) }).y
  }

  linear(path: string, x: Tensor, { out, bias, stored = '[out,in]', sharedWith }: LinearShape): Tensor {
    if (!this.linearSizes.has(path)) this.linears.push(path)
    this.linearSizes.set(path, { in: x.shape[1], out })
    return this.graph.within(path, () => {
      const inner = x.shape[1]
      const weightName = sharedWith ?? `${path}.weight`
      const weight = (): Tensor => this.base(weightName, stored === '[out,in]' ? [out, inner] : [inner, out], 'matrix')
      const biasTensor = (): Tensor | undefined => (bias ? this.base(`${path}.bias`, [out], 'vector') : undefined)
      const base = (from: Tensor): Tensor =>
        matmul(this.graph, { a: from, b: weight(), bias: biasTensor() }, { transA: false, transB: stored === '[out,in]', alpha: 1 }).y
      const site: LinearSite = { ...this.site(path), in: inner, out, stored, weightName, weight, bias: biasTensor }
      return this.attachments.reduce((call, a, i) => (a.linear ? (from: Tensor) => a.linear!(this.owned(site, i), from, call) : call), base)(x)
    })
  }

  rmsNorm(path: string, x: Tensor, eps: number, offset = 0): Tensor {
    this.norms.push(path)
    return this.graph.within(path, () => rmsNorm(this.graph, { x, w: this.base(`${path}.weight`, [x.shape[1]], 'vector') }, { eps, offset }).y)
  }

  layerNorm(path: string, x: Tensor, eps: number): Tensor {
    this.norms.push(path)
    const width = [x.shape[1]]
    return this.graph.within(path, () =>
      layerNorm(this.graph, { x, w: this.base(`${path}.weight`, width, 'norm'), b: this.base(`${path}.bias`, width, 'norm') }, { eps }).y,
    )
  }

  rotary(table: RotaryTable, x: Tensor, heads: number): Tensor {
    const count = this.shape.cache ?? this.virtual.prefix + this.places
    const shape = [count, table.rotary / 2]
    const name = `${this.shape.names ?? ''}${table.name}`
    const { cos, sin } = rotaryValues(table, count)
    const tables = { cos: this.graph.constant(`${name}.cos`, shape, cos), sin: this.graph.constant(`${name}.sin`, shape, sin) }
    return rope(this.graph, { x, ...tables, positions: this.positions }, { heads, rotary: table.rotary, inverse: false }).y
  }

  attention(layer: number, q: Tensor, k: Tensor, v: Tensor, shape: AttentionShape): Tensor {
    const { graph } = this
    const { batch, cache } = this.shape
    const { heads, kvHeads, headSize, scale, window, softcap = 0, causal = true } = shape
    return graph.within(`attention.${layer}`, () => {
      this.attentionShape = shape
      const prefixing = this.attachments.findIndex((a) => a.prefix)
      const prefix = this.attachments[prefixing]?.prefix
      const site = this.owned({ ...this.site(`attention.${layer}`), layer }, prefixing)
      const made = this.shape.lead ? prefix?.keysValues(site) : undefined
      let keys = made ? this.prepend(made.k, k) : k
      let values = made ? this.prepend(made.v, v) : v
      const { start } = this
      if (cache !== undefined) {
        const held = (which: 'k' | 'v', x: Tensor): Tensor => {
          const state = graph.source('state', cacheName(layer, which), [this.cacheRows * cache, kvHeads * headSize])
          cacheWrite(graph, { x, start: made ? this.beforePrefix : start, cache: state }, { batch })
          return state
        }
        ;[keys, values] = [held('k', keys), held('v', values)]
      }
      const attend = (inputs: { k: Tensor; v: Tensor; segmentsK: Tensor; start: Tensor }): Tensor =>
        attention(graph, { q, segmentsQ: this.segmentsQ, ...inputs }, { batch, heads, kvHeads, headSize, scale, causal, window, softcap }).o
      const seen = attend({ k: keys, v: values, segmentsK: this.segmentsK, start })
      if (!prefix?.mix) return seen
      const without = cache === undefined ? { k, v, segmentsK: this.segmentsQ, start: graph.constant('no prefix', [batch], new Int32Array(batch)) } : { k: keys, v: values, segmentsK: this.behindPrefix(cache), start }
      return prefix.mix(site, seen, attend(without))
    })
  }

  private get cacheRows(): number {
    return this.shape.cacheRows ?? this.shape.batch
  }

  /** Where a prefix begins that the pass brings with it: `start` is then the place behind it. */
  private get beforePrefix(): Tensor {
    return (this.prefixStart ??= shiftIndex(this.graph, { x: this.start }, { by: -this.virtual.prefix }).y)
  }

  /** Segments of the cache, in which the prefix is of another sequence, and so not seen. */
  private behindPrefix(cache: number): Tensor {
    return this.cacheSegments('cache segments behind the prefix', cache, this.virtual.prefix)
  }

  /** A segment for each row of the cache where the batch is one of them, else 0; -2 at the first places of every row. */
  private cacheSegments(name: string, cache: number, hidden: number): Tensor {
    const size = this.cacheRows * cache
    const segment = (i: number): number => (this.shape.cacheRows === undefined ? 0 : Math.floor(i / cache))
    return this.graph.constant(name, [size], Int32Array.from({ length: size }, (_, i) => (i % cache < hidden ? -2 : segment(i))))
  }

  activation(kind: Activation, x: Tensor): Tensor {
    return activation(this.graph, { x }, { kind }).y
  }
  gated(kind: Activation, gate: Tensor, up: Tensor): Tensor {
    return gatedActivation(this.graph, { gate, up }, { kind }).y
  }
  reshape(x: Tensor, columns: number): Tensor {
    return this.graph.view(x, [(x.shape[0] * x.shape[1]) / columns, columns])
  }
  scale(x: Tensor, factor: number): Tensor {
    return scale(this.graph, { x }, { factor }).y
  }
  softcap(x: Tensor, cap: number): Tensor {
    return this.scale(this.activation('tanh', this.scale(x, 1 / cap)), cap)
  }
  shifted(ids: Tensor, by: number): Tensor {
    return shiftIndex(this.graph, { x: ids }, { by }).y
  }
  columns(x: Tensor, start: number, size: number): Tensor {
    return sliceColumns(this.graph, { x }, { start, size }).y
  }
  residual({ layer, layerPath, part, adapters = `${layerPath}.${part === 'attention' ? 'attention_adapters' : 'output_adapters'}`, norm = (x) => x }: ResidualSite, h: Tensor, branch: Tensor): Tensor {
    return this.graph.within(`${layerPath}.${part}`, () => {
      const site: SublayerSite = { ...this.site(`${layerPath}.${part}`), layer, layerPath, part, adapters, norm, width: h.shape[1], scale: (x, factor) => this.scale(x, factor) }
      const sum = this.add(h, this.attachments.reduce((x, a, i) => a.sublayer?.(this.owned(site, i), h, x) ?? x, branch))
      this.stream.push(h, sum)
      return sum
    })
  }
  add(a: Tensor, b: Tensor): Tensor {
    return add(this.graph, { a, b }, {}).y
  }
}
