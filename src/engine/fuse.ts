// Rewrites a traced graph so that fewer passes go over memory; what it computes stays the same.
// - A product of low rank that is added to another product of the same shape (LoRA's up-projection on the base's output, and
//   the two gradients of their common input) is added up in that product's registers: y = a·b + s·a2·b2.
// - A gradient that a product makes only to add it to the flat gradient buffer is added there as it is written.
// Works on any graph: methods and families know nothing of it.
import type { Graph } from '../graph/graph.ts'
import type { Node } from '../graph/node.ts'
import { sizeOf } from '../graph/shape.ts'
import { storageOf, type Tensor } from '../graph/tensor.ts'
import { accumulate } from '../ops/accumulate.ts'
import { matmul, type MatmulAttrs } from '../ops/matmul.ts'

/**
 * Changes the nodes of `g`.
 * @param keep values that are read back, which therefore must stay
 * @param boundary index of a node
 * @returns where that node is now
 */
export function fuse(g: Graph, keep: readonly Tensor[], boundary = g.nodes.length): number {
  const nodes: (Node | undefined)[] = [...g.nodes]
  const kept = new Set(keep.map((t) => storageOf(t).tensor))
  const makers = new Map<Tensor, number>()
  const uses = new Map<Tensor, number>()
  nodes.forEach((node, i) => {
    for (const t of Object.values(node!.outputs)) makers.set(t, i)
    for (const t of Object.values(node!.inputs)) uses.set(storageOf(t).tensor, (uses.get(storageOf(t).tensor) ?? 0) + 1)
  })
  /** Where the product is that made all of `t` for one reader alone. */
  const soleProduct = (t: Tensor): number | undefined => {
    const { tensor, offset } = storageOf(t)
    const at = makers.get(tensor)
    const node = at === undefined ? undefined : nodes[at]
    const sole = node?.op === matmul.definition && node.outputs['y'] === tensor && uses.get(tensor) === 1 && !kept.has(tensor)
    return sole && offset === 0 && sizeOf(t.shape) === sizeOf(tensor.shape) ? at : undefined
  }

  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i]!
    const addend = node.op === matmul.definition ? node.inputs['c'] : undefined
    const at = addend && soleProduct(addend)
    const joined = at === undefined ? undefined : joinProducts(nodes[at]!, node)
    if (!joined) continue
    nodes[at!] = undefined
    nodes[i] = joined
  }
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i]
    if (node?.op !== accumulate.definition) continue
    const at = soleProduct(node.inputs['g'])
    const product = at === undefined ? undefined : nodes[at]!
    if (!product || product.inputs['total']) continue
    const { y: _, ...rest } = product.outputs
    nodes[at!] = { ...product, inputs: { ...product.inputs, total: node.inputs['total'] }, outputs: rest }
    nodes[i] = undefined
  }

  const before = nodes.slice(0, boundary).filter(Boolean).length
  g.nodes.splice(0, g.nodes.length, ...nodes.filter((n) => n !== undefined))
  return before
}

/** `first` and `second`, which adds first's result to its own, as one node in second's place. */
function joinProducts(first: Node, second: Node): Node | undefined {
  const depth = (n: Node): number => n.inputs['a'].shape[1]
  const plain = [first, second].every((n) => !n.attrs['transA'] && !n.inputs['a2'] && !n.inputs['total'])
  if (!plain) return undefined
  const [main, low] = depth(first) < depth(second) ? [second, first] : [first, second]
  // Of two that are as deep, joining saves one pass over y among thousands of multiplications, and costs a kernel to compile.
  if (2 * depth(low) > depth(main)) return undefined
  const { a, b, bias } = main.inputs
  const fits = low.inputs['b'].dtype === 'f32' && !low.inputs['bias'] && !low.outputs['partials'] && main.attrs['alpha'] !== 0
  if (!fits) return undefined
  const { c } = first.inputs
  const { transB, alpha } = low.attrs as MatmulAttrs
  return {
    ...main,
    inputs: { a, b, ...(bias && { bias }), ...(c && { c }), a2: low.inputs['a'], b2: low.inputs['b'] },
    outputs: { ...main.outputs, y: second.outputs['y'] },
    attrs: { ...main.attrs, transB2: transB, alpha2: alpha },
  }
}
