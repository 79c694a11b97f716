// The graph of an optimizer's update: clipping and AdamW over the flat buffers, and what methods do around them.
import { Graph } from '../graph/graph.ts'
import { sizeOf } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { adamw, HYPER_WORDS } from '../ops/adamw.ts'
import { add } from '../ops/add.ts'
import { norm } from '../ops/norm.ts'
import { penalty, type PenaltyAttrs } from '../ops/penalty.ts'
import { scale } from '../ops/scale.ts'
import { groupBlocks, type Group, type Window } from './layout.ts'
import { PLAIN } from './objective.ts'
import type { Subject } from './step.ts'

type Trained = Pick<Subject, 'attachments' | 'layout'>

/** Flat buffer of the values before the first step, for a penalty on leaving them; part of a checkpoint. */
export const START = 'values at the start'

export interface UpdateGraph {
  readonly graph: Graph
  /** (1) of the gradient before clipping. */
  readonly norm: Tensor
  /** A row of numbers for every entry of `since`: see ops/adamw.ts. */
  readonly hyper: Tensor
  /** Updates before which tensors began to train, rising from 0. */
  readonly since: readonly number[]
}

/** One update of the tensors that train. */
export function traceUpdate({ attachments, layout }: Trained, groupOf: (w: Window) => Group, steps?: number, penalties: PenaltyAttrs = PLAIN.penalties): UpdateGraph {
  const graph = new Graph()
  const table = groupBlocks(layout, groupOf)
  const since = [...new Set([0, ...table.groups.map((x) => x.since ?? 0)])].toSorted((a, b) => a - b)
  const state = (name: string, length: number): Tensor => graph.source('state', name, [length])
  const flat = (name: string): Tensor => state(name, layout.length)
  const [value, gradient] = [flat('values'), flat('gradient')]
  const hyper = graph.input('hyper', [HYPER_WORDS * since.length])
  const blocks = graph.constant('blocks', [table.blocks.length], Int32Array.from(table.blocks))
  const words = Float32Array.from(table.groups.flatMap((x) => [x.lrScale, x.weightDecay, since.indexOf(x.since ?? 0)]))
  const groups = graph.constant('groups', [words.length], words)
  if (penalties.l1 + penalties.l2 + penalties.l2Start > 0) {
    penalty(graph, { blocks, groups, value, gradient, ...(penalties.l2Start > 0 && { start: flat(START) }) }, penalties)
  }
  const after = attachments.filter((a) => a.updated)
  // AdamW leaves the gradient empty for the next step.
  const kept = after.length > 0 ? scale(graph, { x: gradient }, { factor: 1 }).y : gradient
  const total = norm(graph, { x: gradient }, {}).norm
  adamw(graph, { hyper, norm: total, blocks, groups, value, gradient, m: flat('m'), v: flat('v') }, {})
  for (const a of after)
    a.updated!({ graph, windows: layout.windows, values: value, gradient: kept, steps, step: graph.input('step', [1]), hyper, norm: total, state })
  return { graph, norm: total, hyper, since }
}

/** Adds the gradients of the methods' penalties; `total` (1) is what they add to the loss. */
export function tracePenalties({ attachments, layout }: Trained, steps?: number): { graph: Graph; total: Tensor } | undefined {
  const graph = new Graph()
  const flat = (name: string): Tensor => graph.source('state', name, [layout.length])
  const site = { graph, windows: layout.windows, values: flat('values'), gradient: flat('gradient'), steps }
  const terms = attachments.flatMap((a) => a.penalise?.(site) ?? [])
  if (terms.length === 0) return undefined
  return { graph, total: terms.reduce((a, b) => add(graph, { a, b }, {}).y) }
}

/** Everything that lasts from step to step, by name and elements. */
export const statesOf = (graph: Graph): Map<string, number> => new Map(graph.sources.filter((t) => t.kind === 'state').map((t) => [t.name, sizeOf(t.shape)]))
