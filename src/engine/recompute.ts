// Trades time for memory: what the forward pass made and the backward pass reads again is computed a second time, right before
// it is needed, instead of being kept (https://arxiv.org/abs/1604.06174). The copies run the same kernels on the same bytes,
// dropout draws from its counter, and so a step gives the same bytes with it and without.
import type { Graph } from '../graph/graph.ts'
import type { Node } from '../graph/node.ts'
import { storageOf, type Tensor } from '../graph/tensor.ts'

/** `light`: what costs little, from values that are kept anyway. A set: everything but these values. */
export type Recompute = 'none' | 'light' | ReadonlySet<Tensor>

/**
 * Changes the nodes of `g` from `boundary` on.
 * @param boundary index of the first node of loss and backward pass
 * @param stays a value of the forward pass that is read right after it, and so costs nothing to keep
 */
export function recompute(g: Graph, boundary: number, what: Recompute, stays?: Tensor): void {
  if (what === 'none') return
  const rest = g.nodes.slice(boundary)
  const makers = new Map<Tensor, Node>()
  for (const node of g.nodes.slice(0, boundary)) for (const t of Object.values(node.outputs)) makers.set(t, node)
  const read = new Set(rest.flatMap((node) => Object.values(node.inputs).map((t) => storageOf(t).tensor)))

  const known = new Map<Tensor, boolean>()
  /** Whether a value is to be made again. */
  const dropped = (t: Tensor): boolean => {
    const maker = makers.get(t)
    if (!maker || t === stays) return false
    if (what !== 'light') return !what.has(t)
    let answer = known.get(t)
    if (answer === undefined) {
      const inputs = Object.values(maker.inputs).map((x) => storageOf(x).tensor)
      answer = maker.op.light === true && inputs.every((x) => x.kind !== 'value' || read.has(x) || dropped(x))
      known.set(t, answer)
    }
    return answer
  }

  const again = new Map<Node, Readonly<Record<string, Tensor>>>()
  const nodes: Node[] = []
  const moved = (t: Tensor): Tensor => {
    if (t.view) {
      const of = moved(t.view.of)
      return of === t.view.of ? t : g.view(of, t.shape, t.view.offset, t.name)
    }
    if (!dropped(t)) return t
    const maker = makers.get(t)!
    const [name] = Object.entries(maker.outputs).find(([, out]) => out === t)!
    return repeat(maker)[name]
  }
  const withMoved = (node: Node): Node => ({ ...node, inputs: Object.fromEntries(Object.entries(node.inputs).map(([name, t]) => [name, moved(t)])) })
  const repeat = (node: Node): Readonly<Record<string, Tensor>> => {
    let outputs = again.get(node)
    if (!outputs) {
      const { inputs } = withMoved(node)
      outputs = Object.fromEntries(Object.entries(node.outputs).map(([name, t]) => [name, g.likeValue(t)]))
      again.set(node, outputs)
      nodes.push({ ...node, inputs, outputs, scope: `${node.scope}″` })
    }
    return outputs
  }
  for (const node of rest) nodes.push(withMoved(node))
  g.nodes.splice(boundary, rest.length, ...nodes)
}
