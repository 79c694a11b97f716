// The front door: a training step is the family's forward pass with the methods' hooks, the loss, its gradients, and one
// optimizer update. Traced once per shape, replayed for every batch.
import { differentiate } from '../engine/autodiff.ts'
import { fuse } from '../engine/fuse.ts'
import { halve } from '../engine/halve.ts'
import { recompute } from '../engine/recompute.ts'
import type { Family, Forward } from '../families/family.ts'
import { Graph } from '../graph/graph.ts'
import type { Shape } from '../graph/shape.ts'
import type { DType, Tensor } from '../graph/tensor.ts'
import type { Attachment } from '../methods/method.ts'
import { accumulate } from '../ops/accumulate.ts'
import { gatherRows } from '../ops/gatherRows.ts'
import type { Layout } from './layout.ts'
import { traceLoss, type LossOptions } from './loss.ts'
import { PLAIN, type Objective } from './objective.ts'
import { Tracer, type Sources, type TraceShape } from './tracer.ts'
import { virtualTokens } from './virtualTokens.ts'

/** A model to trace: family, config, methods, and where its tensors are. */
export interface Subject {
  readonly family: Family
  readonly config: unknown
  readonly attachments: readonly Attachment[]
  readonly layout: Layout
  /** Storage type of a frozen matrix. */
  dtypeOf(name: string): DType
  /** Where the attachment of that number keeps a parameter; unsaid: all are in the flat buffer `values`, by `layout`. */
  readonly place?: (owner: number, key: string) => { readonly flat: string; readonly layout: Layout }
  /** What stands for a base tensor; unsaid, or undefined: the tensor itself. */
  readonly weight?: (g: Graph, name: string, shape: Shape, own: () => Tensor) => Tensor | undefined
}

/** Before the names of a step's inputs that the base's pass has of its own. */
export const BASE = 'base '

export interface StepShape {
  readonly batch: number
  readonly length: number
  /** Length of the list of trained rows, a multiple of ROW_STEP. */
  readonly rows: number
}

export interface StepGraph {
  readonly graph: Graph
  /** (1) sum of token losses, in nats. */
  readonly loss: Tensor
  /** The token losses, in the order of the row list; kept only where a plan is told to. */
  readonly tokenLosses: readonly Tensor[]
  /** First node after the forward pass. */
  readonly boundary: number
  /** Keys that receive a gradient. */
  readonly reached: ReadonlySet<string>
}

/**
 * Forward and loss; with `learn` also backward, adding every gradient to the flat gradient buffer.
 * @param trains keys that train now; unsaid: all. What lies below the lowest of them takes no backward pass.
 */
export function traceStep(subject: Subject, { batch, length, rows }: StepShape, learn: boolean, objective: Objective = PLAIN, trains?: ReadonlySet<string>): StepGraph {
  const graph = new Graph()
  const shape = { batch, length, lead: true }
  const pulled = learn && objective.klToBase > 0 ? traceBase(graph, subject, shape, objective.klToBase) : undefined
  const { params, forward, stream } = traceForward(subject, { ...shape, training: learn, noise: objective.neftuneNoise }, graph, trains)
  const boundary = graph.nodes.length
  const reached = new Set<string>()
  const collect = (t: Tensor, d: Tensor): void => {
    reached.add(t.name)
    const flat = graph.source('state', 'gradient', [subject.layout.length])
    accumulate(graph, { g: d, total: graph.view(flat, t.shape, subject.layout.windows.get(t.name)!.offset) }, {})
  }
  const { outputs } = subject.family.dimensions(subject.config)
  const below = learn && params.size > 0
  const { loss, tokenLosses, dhidden } = traceLoss(graph, forward, {
    rows,
    outputs,
    learn,
    below,
    smoothing: learn ? objective.labelSmoothing : 0,
    ...(pulled && { pulled }),
    trainables: () => params.values(),
    onGradient: collect,
  })
  if (dhidden) {
    for (const [t, d] of differentiate(graph, new Map([[forward.hidden, dhidden]]), params.values())) collect(t, d)
  }
  recompute(graph, boundary, objective.checkpointing === 'full' ? new Set([...stream, ...(pulled ? [pulled.to.hidden] : [])]) : objective.checkpointing === 'selective' ? 'light' : 'none', forward.hidden)
  const between = learn && objective.halfActivations ? halve(graph, boundary, forward.hidden) : boundary
  return { graph, loss, tokenLosses, boundary: fuse(graph, [loss], between), reached }
}

/** The frozen base on the same tokens, without methods and their virtual tokens: what tuning is pulled towards. */
function traceBase(graph: Graph, subject: Subject, shape: Omit<TraceShape, 'training'>, weight: number): NonNullable<LossOptions['pulled']> {
  const { family, config, dtypeOf, layout } = subject
  const { prompt, prefix } = virtualTokens(subject.attachments)
  const names = prompt + prefix > 0 ? BASE : ''
  const { forward } = graph.within('base', () => traceForward({ family, config, dtypeOf, layout, attachments: [] }, { ...shape, training: false, names }, graph))
  return { to: forward, weight, rows: `${names}rows` }
}

/** Logits (rows, V) of chosen positions: comparison with other libraries, and generation when `shape.cache` is set. */
export function traceLogits(subject: Subject, shape: Omit<TraceShape, 'training'>, rows: number): { graph: Graph; logits: Tensor } {
  const { graph, forward } = traceForward(subject, { ...shape, training: false })
  const chosen = gatherRows(graph, { x: forward.hidden, rows: graph.input('rows', [rows], 'i32') }, {}).y // (rows, C)
  const logits = forward.head(chosen)
  fuse(graph, [logits])
  return { graph, logits }
}

/** Hidden states (B·T, C) of all positions, after the final norm. */
export function traceHidden(subject: Subject, shape: Omit<TraceShape, 'training'>): { graph: Graph; hidden: Tensor } {
  const { graph, forward } = traceForward(subject, { ...shape, training: false })
  fuse(graph, [forward.hidden])
  return { graph, hidden: forward.hidden }
}

/** The forward pass, with parameters as windows of the flat value buffer. `params` grows as more is traced. */
function traceForward(subject: Subject, shape: TraceShape, graph = new Graph(), trains?: ReadonlySet<string>): { graph: Graph; params: ReadonlyMap<string, Tensor>; forward: Forward; stream: readonly Tensor[] } {
  const params = new Map<string, Tensor>()
  /** Parts of an adapter that never train, and what does not train now. */
  const still = new Map<string, Tensor>()
  const sources: Sources = {
    weight(g, name, size, role) {
      const own = (): Tensor => g.source('weight', name, size, role === 'matrix' ? subject.dtypeOf(name) : 'f32')
      return subject.weight?.(g, name, size, own) ?? own()
    },
    param(g, key, size, _init, { transposed, frozen, owner = 0 }) {
      const { flat, layout } = subject.place?.(owner, key) ?? { flat: 'values', layout: subject.layout }
      const id = subject.place ? `${flat} ${key}` : key
      let t = params.get(id) ?? still.get(id)
      if (!t) {
        const whole = g.source('state', flat, [layout.length])
        t = g.view(whole, transposed ? size.toReversed() : size, layout.windows.get(key)!.offset, key)
        ;(frozen || trains?.has(key) === false ? still : params).set(id, t)
      }
      return t
    },
  }
  const tracer = new Tracer(graph, shape, sources, subject.attachments)
  const forward = subject.family.forward(tracer, subject.config)
  return { graph, params, forward, stream: tracer.stream }
}
