// The CPU oracle: runs a graph through each op's `reference` in double precision. Slow and obviously right.
import type { Graph } from '../graph/graph.ts'
import type { Sizes, Values } from '../graph/op.ts'
import { sizeOf } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { Fault } from '../protocol/failure.ts'

/** Zeroed oracle storage for a tensor. */
function blank(t: Pick<Tensor, 'shape' | 'dtype'>): Values {
  const n = sizeOf(t.shape)
  return t.dtype === 'i32' ? new Int32Array(n) : t.dtype === 'u32' ? new Uint32Array(n) : new Float64Array(n)
}

/**
 * Runs all nodes. `sources` gives the bytes of every input, weight and state by name (constants come from the graph);
 * states are changed in place. Answers a reader of any tensor.
 */
export function interpret(g: Graph, sources: ReadonlyMap<string, ArrayLike<number>>): (t: Tensor) => Values {
  const storage = new Map<Tensor, Values>()
  for (const t of g.sources) {
    const given = sources.get(t.name) ?? t.data
    if (!given) throw new Fault('internal', `The oracle was given no values for ${t.name}.`, 'Add them to its sources.')
    const values = blank(t)
    values.set(given as ArrayLike<number>)
    storage.set(t, values)
  }
  const read = (t: Tensor): Values => {
    if (!t.view) return storage.get(t)!
    const base = read(t.view.of)
    return base.subarray(t.view.offset, t.view.offset + sizeOf(t.shape))
  }
  for (const node of g.nodes) {
    const values: Record<string, Values> = {}
    for (const [name, t] of Object.entries(node.inputs)) values[name] = read(t)
    const out: Record<string, Values> = {}
    for (const [name, t] of Object.entries(node.outputs)) storage.set(t, (out[name] = blank(t)))
    node.op.reference(values, out, { ...node.inputs, ...node.outputs } as Sizes, node.attrs)
  }
  return read
}
