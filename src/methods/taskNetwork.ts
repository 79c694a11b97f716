// The network of a hypernetwork: a task's embedding e becomes the low-rank pair of every site, one rank at a time.
//   h(site, rank) = LayerNorm(W₂ silu(W₁ (e + layer + module + rank) + b₁) + b₂)        (hidden)
//   A[rank] = h · U_Aᵀ / √hidden    B[:, rank] = h · U_Bᵀ / √hidden                      U per kind of module
// Heads are shared by all layers and ranks, so their size is that of one site; U_B starts at zero, so that a fresh adapter is
// the base. After HyperFormer (https://arxiv.org/abs/2106.04489) and Text-to-LoRA (https://arxiv.org/abs/2506.06105).
import type { Graph } from '../graph/graph.ts'
import type { Tensor } from '../graph/tensor.ts'
import { activation } from '../ops/activation.ts'
import { add } from '../ops/add.ts'
import { gatherRows } from '../ops/gatherRows.ts'
import { layerNorm } from '../ops/layerNorm.ts'
import { matmul } from '../ops/matmul.ts'
import { repeatRows } from '../ops/sumColumns.ts'
import { Fault } from '../protocol/failure.ts'
import type { Init, ReadParam, Site } from './method.ts'

const EPS = 1e-5

export interface NetworkShape {
  readonly r: number
  /** Channels of e. */
  readonly dim: number
  readonly hidden: number
  readonly layers: number
  /** Rows of the task table. */
  readonly tasks: number
  /** The base's width and the texts of the table where it is made of descriptions; absent where e is learned. */
  readonly described?: { readonly width: number; readonly texts: readonly string[] }
  /** Paths of the adapted layers. */
  readonly sites: readonly string[]
  readonly sizes: ReadonlyMap<string, { readonly in: number; readonly out: number }>
}

export interface Place {
  readonly layer: number
  /** The path within its layer: `self_attn.q_proj`. */
  readonly module: string
}

export function placeOf(path: string): Place {
  const found = /\.(\d+)\.(.+)$/.exec(path)
  if (!found) throw new Fault('bad-recipe', `The hypernetwork makes updates for linear layers inside the model’s blocks, and ${path} is none.`, 'Take it out of target_modules.')
  return { layer: Number(found[1]), module: found[2] }
}

const key = (name: string): string => `hypernetwork.${name}`
const headKey = (module: string, which: 'A' | 'B'): string => key(`heads.${module}.${which}.weight`)

/** Modules in order of use, each with its sites. */
function modulesOf({ sites }: NetworkShape): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const path of sites) {
    const { module } = placeOf(path)
    found.set(module, [...(found.get(module) ?? []), path])
  }
  return found
}

type Tracing = Pick<Site, 'graph' | 'param'>

/** The network in one graph: computed once for a batch, however many tokens that has. */
export class TracedNetwork {
  private readonly graph: Graph
  private readonly rows: Tensor
  private readonly modules: Map<string, string[]>
  private readonly ofModule = new Map<string, Tensor>()

  constructor(
    site: Tracing,
    private readonly shape: NetworkShape,
  ) {
    this.graph = site.graph
    this.modules = modulesOf(shape)
    this.rows = this.trunk(site)
  }

  private index(name: string, values: readonly number[]): Tensor {
    return this.graph.constant(`hypernetwork ${name}`, [values.length], Int32Array.from(values))
  }
  private linear(x: Tensor, w: Tensor, bias?: Tensor, alpha = 1): Tensor {
    return matmul(this.graph, { a: x, b: w, bias }, { transA: false, transB: true, alpha }).y
  }

  /** e of the batch's task, (1, dim). */
  private task({ graph, param }: Tracing): Tensor {
    const { tasks, dim, described } = this.shape
    const row = graph.input('task', [1], 'i32')
    if (!described) return gatherRows(graph, { x: param(key('tasks'), [tasks, dim], { kind: 'normal', std: 1 }), rows: row }, {}).y
    const { width, texts } = described
    const table = param(key('descriptions'), [tasks, width], { kind: 'texts', texts }, { frozen: true })
    const w = param(key('project.weight'), [dim, width], { kind: 'uniform', bound: 1 / Math.sqrt(width) })
    return this.linear(gatherRows(graph, { x: table, rows: row }, {}).y, w, param(key('project.bias'), [dim], { kind: 'zeros' }))
  }

  /** h of every site and rank, module by module: (S·r, hidden). */
  private trunk(site: Tracing): Tensor {
    const { graph, param } = site
    const { r, dim, hidden, layers } = this.shape
    const names = [...this.modules.keys()]
    const all = [...this.modules.values()].flat().flatMap((path) => Array.from({ length: r }, (_, rank) => ({ ...placeOf(path), rank })))
    const table = (name: string, count: number, of: (place: (typeof all)[number]) => number): Tensor =>
      gatherRows(graph, { x: param(key(name), [count, dim], { kind: 'normal', std: 1 }), rows: this.index(name, all.map(of)) }, {}).y
    const parts = [
      repeatRows(graph, { x: this.task(site) }, { rows: all.length }).y,
      table('layers', layers, (p) => p.layer),
      table('modules', names.length, (p) => names.indexOf(p.module)),
      table('ranks', r, (p) => p.rank),
    ]
    const x = parts.reduce((a, b) => add(graph, { a, b }, {}).y) // (S·r, dim)
    const layer = (name: string, inner: number, y: Tensor): Tensor => {
      const init: Init = { kind: 'uniform', bound: 1 / Math.sqrt(inner) }
      return this.linear(y, param(key(`${name}.weight`), [hidden, inner], init), param(key(`${name}.bias`), [hidden], init))
    }
    const inner = activation(graph, { x: layer('trunk.0', dim, x) }, { kind: 'silu' }).y // (S·r, hidden)
    return layerNorm(graph, { x: layer('trunk.2', hidden, inner), w: param(key('norm.weight'), [hidden], { kind: 'ones' }) }, { eps: EPS }).y
  }

  /** Rows of one site: (r, hidden). Those of its module first, so that the gradient of a site stays small. */
  private rowsOf(path: string): Tensor {
    const { graph } = this
    const { r } = this.shape
    const { module } = placeOf(path)
    const own = this.modules.get(module)!
    let some = this.ofModule.get(module)
    if (!some) {
      const before = [...this.modules.values()].flat().indexOf(own[0]) * r
      const rows = this.index(module, Array.from({ length: own.length * r }, (_, i) => before + i))
      some = gatherRows(graph, { x: this.rows, rows }, {}).y
      this.ofModule.set(module, some)
    }
    const at = own.indexOf(path) * r
    return own.length === 1 ? some : gatherRows(graph, { x: some, rows: this.index(`site ${at}+${r}`, Array.from({ length: r }, (_, i) => at + i)) }, {}).y
  }

  /** A (r, in), and B transposed (r, out). */
  pair({ param }: Tracing, path: string): { a: Tensor; b: Tensor } {
    const { hidden, sizes } = this.shape
    const size = sizes.get(path)!
    const { module } = placeOf(path)
    const h = this.rowsOf(path)
    const alpha = 1 / Math.sqrt(hidden)
    const a = param(headKey(module, 'A'), [size.in, hidden], { kind: 'uniform', bound: 1 / Math.sqrt(size.in) })
    const b = param(headKey(module, 'B'), [size.out, hidden], { kind: 'zeros' })
    return { a: this.linear(h, a, undefined, alpha), b: this.linear(h, b, undefined, alpha) }
  }
}

/** Rows of W x + b in double precision, W as stored: (out, in). */
function apply(x: Float64Array, w: Float32Array, bias?: Float32Array, alpha = 1): Float64Array {
  const width = x.length
  return Float64Array.from({ length: w.length / width }, (_, o) => {
    let sum = 0
    for (let i = 0; i < width; i++) sum += x[i] * w[o * width + i]
    return alpha * sum + (bias?.[o] ?? 0)
  })
}

/** The same pair in plain loops, on values read back; `task` is a row of the table, or what the base made of a description. */
export function generatePair(read: ReadParam, shape: NetworkShape, path: string, task: number | Float32Array): { a: Float32Array<ArrayBuffer>; b: Float32Array<ArrayBuffer> } {
  const { r, dim, hidden, described } = shape
  const value = (name: string): Float32Array => read(key(name))!
  const row = (name: string, width: number, i: number): Float32Array => value(name).subarray(i * width, (i + 1) * width)
  const { layer, module } = placeOf(path)
  const text = typeof task === 'number' && described ? row('descriptions', described.width, task) : task
  const e = typeof text === 'number' ? row('tasks', dim, text) : apply(Float64Array.from(text), value('project.weight'), value('project.bias'))
  const names = [...modulesOf(shape).keys()]
  const [layers, modules] = [row('layers', dim, layer), row('modules', dim, names.indexOf(module))]
  const size = shape.sizes.get(path)!
  const a = new Float32Array(r * size.in)
  const b = new Float32Array(size.out * r)
  for (let rank = 0; rank < r; rank++) {
    const ranks = row('ranks', dim, rank)
    const x = Float64Array.from({ length: dim }, (_, i) => e[i] + layers[i] + modules[i] + ranks[i])
    const inner = apply(x, value('trunk.0.weight'), value('trunk.0.bias')).map((z) => z / (1 + Math.exp(-z)))
    const wide = apply(inner, value('trunk.2.weight'), value('trunk.2.bias'))
    const mean = wide.reduce((n, z) => n + z, 0) / hidden
    const rstd = 1 / Math.sqrt(wide.reduce((n, z) => n + (z - mean) ** 2, 0) / hidden + EPS)
    const norm = value('norm.weight')
    const h = wide.map((z, i) => (z - mean) * rstd * norm[i])
    a.set(apply(h, read(headKey(module, 'A'))!, undefined, 1 / Math.sqrt(hidden)), rank * size.in)
    // Files store B as (out, r).
    apply(h, read(headKey(module, 'B'))!, undefined, 1 / Math.sqrt(hidden)).forEach((z, o) => (b[o * r + rank] = z))
  }
  return { a, b }
}
