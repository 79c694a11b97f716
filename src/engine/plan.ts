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

  // Values that follow each other in place are one thing that lives from the first's birth to the last's death.
  const things: Thing[] = []
  const thingOf = new Map<Tensor, Thing>()
  const copies = new Map<number, Copy[]>()
  graph.nodes.forEach((node, i) => {
    const inherited = new Set<Tensor>()
    for (const [name, t] of Object.entries(node.outputs)) {
      const from = node.op.inPlace?.[name]
      const input = from === undefined ? undefined : node.inputs[from]
      const owner = input && storageOf(input).tensor
      const death = lastUse.get(t)!
      // The shader reads the dying input through the output's binding; under a second name it would be bound twice.
      const boundElsewhere = Object.entries(node.inputs).some(([n, x]) => n !== from && storageOf(x).tensor === owner)
      if (input && owner!.kind === 'value' && lastUse.get(owner!) === i && bytesOf(owner!) === bytesOf(t) && !inherited.has(owner!) && !boundElsewhere) {
        inherited.add(owner!)
        const thing = thingOf.get(owner!)!
        thing.death = death
        thingOf.set(t, thing)
      } else {
        const thing: Thing = { bytes: bytesOf(t), birth: i, death, saved: false }
        things.push(thing)
        thingOf.set(t, thing)
        if (input) copies.set(i, [...(copies.get(i) ?? []), { from: input, to: t }])
      }
      if (i < boundary && death >= boundary) thingOf.get(t)!.saved = true
    }
  })
  const { slots, places } = place(things)
  const slotOf = new Map([...thingOf].map(([t, thing]) => [t, places.get(thing)!]))

  const classes = { weights: 0, activations: 0, workspace: 0, trainable: 0 }
  for (const s of slots) classes[s.saved ? 'activations' : 'workspace'] += Math.max(16, s.bytes)
  for (const t of graph.sources) classes[t.kind === 'weight' ? 'weights' : t.kind === 'state' ? 'trainable' : 'workspace'] += Math.max(16, bytesOf(t))
  const total = classes.weights + classes.activations + classes.workspace + classes.trainable
  return { graph, slots, slotOf, copies, bytes: { ...classes, total } }
}

/** What needs room from one node to another. */
interface Thing {
  readonly bytes: number
  readonly birth: number
  death: number
  saved: boolean
}

/** Largest first, each where it fits best among slots that are free all its life (greedy by size, https://arxiv.org/abs/2001.03288). */
function place(things: readonly Thing[]): { slots: Slot[]; places: ReadonlyMap<Thing, number> } {
  const slots: (Slot & { readonly held: Thing[] })[] = []
  const places = new Map<Thing, number>()
  for (const thing of things.toSorted((a, b) => b.bytes - a.bytes || a.birth - b.birth)) {
    const isFree = (held: readonly Thing[]): boolean => held.every((x) => x.death < thing.birth || thing.death < x.birth)
    // Slots shrink in the order in which they were opened: the last free one wastes least.
    let at = slots.findLastIndex((s) => isFree(s.held))
    if (at < 0) at = slots.push({ bytes: thing.bytes, saved: false, held: [] }) - 1
    const slot = slots[at]
    slot.held.push(thing)
    slot.saved ||= thing.saved
    places.set(thing, at)
  }
  return { slots: slots.map(({ bytes, saved }) => ({ bytes, saved })), places }
}

/** One line a slot, then the bytes by class: the text that tests compare. */
export function printPlan(p: Plan): string {
  const holds = p.slots.map((): string[] => [])
  for (const [t, s] of p.slotOf) holds[s].push(`%${t.id}`)
  const lines = p.slots.map((s, i) => `slot ${i}: ${s.bytes} bytes${s.saved ? ', saved' : ''}: ${holds[i].join(' ')}`)
  const { weights, activations, workspace, trainable, total } = p.bytes
  return [...lines, `weights ${weights} + activations ${activations} + workspace ${workspace} + trainable ${trainable} = ${total} bytes`].join('\n')
}
