// Keeps what waits for the backward pass in 16-bit floats: it is rounded after its last use in the forward pass and widened
// before its first use in the backward pass; where a product takes 16-bit operands, it is read as it is. The forward pass and
// the loss stay what they were, to the bit; gradients differ by about what 16-bit floats do (2⁻¹¹ of each value).
import type { Graph } from '../graph/graph.ts'
import type { Node } from '../graph/node.ts'
import { sizeOf } from '../graph/shape.ts'
import { storageOf, type Tensor } from '../graph/tensor.ts'
import { fromHalf } from '../ops/fromHalf.ts'
import { matmul } from '../ops/matmul.ts'
import { toHalf } from '../ops/toHalf.ts'

/** Elements from which it pays. */
const LEAST = 4096

/**
 * Changes the nodes of `g`.
 * @param boundary index of the first node of loss and backward pass
 * @param stays a value that is read right after the forward pass
 * @returns where that node is now
 */
export function halve(g: Graph, boundary: number, stays?: Tensor): number {
  const forward = g.nodes.slice(0, boundary)
  const rest = g.nodes.slice(boundary)
  const lastUse = new Map<Tensor, number>()
  forward.forEach((node, i) => {
    for (const t of [...Object.values(node.inputs), ...Object.values(node.outputs)]) {
      const { tensor } = storageOf(t)
      if (tensor.kind === 'value') lastUse.set(tensor, i)
    }
  })
  const kept = new Set<Tensor>()
  for (const node of rest) {
    for (const t of Object.values(node.inputs)) {
      const { tensor } = storageOf(t)
      if (lastUse.has(tensor) && tensor !== stays && tensor.dtype === 'f32' && sizeOf(tensor.shape) >= LEAST) kept.add(tensor)
    }
  }

  const value = (t: Tensor): Tensor => g.likeValue(t)
  const halves = new Map<Tensor, Tensor>()
  const first: Node[] = []
  forward.forEach((node, i) => {
    first.push(node)
    for (const t of kept) {
      if (lastUse.get(t) !== i) continue
      const half = value({ ...t, dtype: 'f16' })
      halves.set(t, half)
      first.push({ op: toHalf.definition, inputs: { x: t }, outputs: { y: half }, attrs: {}, scope: `${node.scope} kept` })
    }
  })

  const widened = new Map<Tensor, Tensor>()
  const second: Node[] = []
  const wide = (t: Tensor, scope: string): Tensor => {
    if (t.view) {
      const of = wide(t.view.of, scope)
      return of === t.view.of ? t : g.view(of, t.shape, t.view.offset, t.name)
    }
    const half = halves.get(t)
    if (!half) return t
    let out = widened.get(t)
    if (!out) {
      widened.set(t, (out = value(t)))
      second.push({ op: fromHalf.definition, inputs: { x: half }, outputs: { y: out }, attrs: {}, scope: `${scope} kept` })
    }
    return out
  }
  for (const node of rest) {
    const asHalf = (name: string, t: Tensor): Tensor | undefined => (node.op === matmul.definition && name === 'b' && !t.view && !widened.has(t) ? halves.get(t) : undefined)
    const inputs = Object.fromEntries(Object.entries(node.inputs).map(([name, t]) => [name, asHalf(name, t) ?? wide(t, node.scope)]))
    second.push({ ...node, inputs })
  }
  g.nodes.splice(0, g.nodes.length, ...first, ...second)
  return first.length
}
