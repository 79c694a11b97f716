// Decides where every value of a graph lives: lifetimes → slots, one GPU buffer each. Pure: no device, same graph = same plan.
// Slots, not ranges of an arena: one buffer may not be bound read and read_write in one dispatch.
import type { Graph } from '../graph/graph.ts'
import { bytesOf, storageOf, type Tensor } from '../graph/tensor.ts'
import type { Bytes } from '../protocol/event.ts'

export interface Slot {
  bytes: number
  /** Holds, at some time, a value that the backward pass reads again. */
  saved: boolean
}

/** Before its node runs, an in-place output receives a copy of an input that is still needed. */
export interface Copy {
  readonly from: Tensor
  readonly to: Tensor
}

export interface Plan {
  readonly graph: Graph
  readonly slots: readonly Slot[]
  /** Value → index of its slot. */
  readonly slotOf: ReadonlyMap<Tensor, number>
  /** Copies to make before the node of that index. */
  readonly copies: ReadonlyMap<number, readonly Copy[]>
  readonly bytes: Bytes
}

const FOREVER = Number.POSITIVE_INFINITY

/**
 * @param keep values read back after the replay; their storage is never reused
 * @param boundary index of the first node of the backward pass: what lives across it counts as a saved activation
 */
export function plan(graph: Graph, keep: Iterable<Tensor> = [], boundary = graph.nodes.length): Plan {
  const lastUse = new Map<Tensor, number>()
  graph.nodes.forEach((node, i) => {
    for (const t of Object.values(node.outputs)) lastUse.set(t, i)
    for (const t of Object.values(node.inputs)) {
      const owner = storageOf(t).tensor
      if (owner.kind === 'value') lastUse.set(owner, i)
    }
  })
  for (const t of keep) {
    const owner = storageOf(t).tensor
    if (owner.kind === 'value') lastUse.set(owner, FOREVER)
  }

  const slots: Slot[] = []
  const free = new Set<number>()
  const slotOf = new Map<Tensor, number>()
  const copies = new Map<number, Copy[]>()

  /** The free slot that wastes least; growing one is better than opening another. */
  const take = (bytes: number): number => {
    let best = -1
    let bestCost = FOREVER
    for (const s of free) {
      const size = slots[s].bytes
      const cost = size >= bytes ? (size - bytes) / 4 : bytes - size
      if (cost < bestCost) [best, bestCost] = [s, cost]
    }
    if (best < 0) {
      slots.push({ bytes, saved: false })
      return slots.length - 1
    }
    free.delete(best)
    slots[best].bytes = Math.max(slots[best].bytes, bytes)
    return best
  }

  graph.nodes.forEach((node, i) => {
    const inherited = new Set<Tensor>()
    for (const [name, t] of Object.entries(node.outputs)) {
      const from = node.op.inPlace?.[name]
      const input = from === undefined ? undefined : node.inputs[from]
      const owner = input && storageOf(input).tensor
      // The shader reads the dying input through the output's binding; under a second name it would be bound twice.
      const boundElsewhere = Object.entries(node.inputs).some(([n, x]) => n !== from && storageOf(x).tensor === owner)
      if (input && owner!.kind === 'value' && lastUse.get(owner!) === i && bytesOf(owner!) === bytesOf(t) && !inherited.has(owner!) && !boundElsewhere) {
        inherited.add(owner!)
        slotOf.set(t, slotOf.get(owner!)!)
      } else {
        slotOf.set(t, take(bytesOf(t)))
        if (input) copies.set(i, [...(copies.get(i) ?? []), { from: input, to: t }])
      }
      if (i < boundary && lastUse.get(t)! >= boundary) slots[slotOf.get(t)!].saved = true
    }
    const dead = new Set<Tensor>()
    for (const t of [...Object.values(node.inputs), ...Object.values(node.outputs)]) {
      const owner = storageOf(t).tensor
      if (owner.kind === 'value' && lastUse.get(owner) === i && !inherited.has(owner)) dead.add(owner)
    }
    for (const t of dead) free.add(slotOf.get(t)!)
  })

  const classes = { weights: 0, activations: 0, workspace: 0, trainable: 0 }
  for (const s of slots) classes[s.saved ? 'activations' : 'workspace'] += Math.max(16, s.bytes)
  for (const t of graph.sources) classes[t.kind === 'weight' ? 'weights' : t.kind === 'state' ? 'trainable' : 'workspace'] += Math.max(16, bytesOf(t))
  const total = classes.weights + classes.activations + classes.workspace + classes.trainable
  return { graph, slots, slotOf, copies, bytes: { ...classes, total } }
}

/** One line a slot, then the bytes by class: the text that tests compare. */
export function printPlan(p: Plan): string {
  const holds = p.slots.map((): string[] => [])
  for (const [t, s] of p.slotOf) holds[s].push(`%${t.id}`)
  const lines = p.slots.map((s, i) => `slot ${i}: ${s.bytes} bytes${s.saved ? ', saved' : ''}: ${holds[i].join(' ')}`)
  const { weights, activations, workspace, trainable, total } = p.bytes
  return [...lines, `weights ${weights} + activations ${activations} + workspace ${workspace} + trainable ${trainable} = ${total} bytes`].join('\n')
}
