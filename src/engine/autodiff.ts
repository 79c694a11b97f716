// Reverse-mode differentiation of a stretch of a graph. Pruned: a gradient exists only on paths from a wanted tensor to a
// seeded one, so frozen weights get none and nothing below the first trainable tensor runs.
// Emits nodes only; sums of several gradients are made in reverse trace order, always the same.
import type { Graph } from '../graph/graph.ts'
import { sameShape, sizeOf } from '../graph/shape.ts'
import { storageOf, type Tensor } from '../graph/tensor.ts'
import { Fault } from '../protocol/failure.ts'
import { add } from '../ops/add.ts'

/**
 * Gradients of Σ ⟨output, seed⟩ with respect to `wanted`.
 * @param seeds output → its cotangent, same number of elements
 * @param from first node of the stretch; nodes before it are treated as constants
 * @returns wanted → gradient, in the wanted tensor's shape; tensors that do not reach an output are missing
 */
export function differentiate(g: Graph, seeds: ReadonlyMap<Tensor, Tensor>, wanted: Iterable<Tensor>, from = 0): Map<Tensor, Tensor> {
  const want = new Set(wanted)
  const nodes = g.nodes.slice(from)

  // A reshaped value is the value itself; a window into a parameter store is its own tensor.
  const whole = (t: Tensor): Tensor => (t.view && !want.has(t) && t.view.offset === 0 && sizeOf(t.shape) === sizeOf(t.view.of.shape) ? whole(t.view.of) : t)

  const differentiable = new Set<Tensor>(want)
  for (const node of nodes) {
    const reaches = Object.values(node.inputs).some((t) => differentiable.has(whole(t)))
    if (reaches && node.op.backward) for (const t of Object.values(node.outputs)) differentiable.add(t)
  }

  const gradients = new Map<Tensor, Tensor>()
  const shaped = (t: Tensor, like: Tensor): Tensor => (sameShape(t.shape, like.shape) ? t : g.view(t, like.shape))
  /** known + d; where `d` was made after `mark` for this alone, by an op that can add as it writes, that op does it. */
  const plus = (known: Tensor, d: Tensor, mark: number): Tensor => {
    const at = g.nodes.findIndex((n, i) => i >= mark && Object.values(n.outputs).includes(d))
    const maker = g.nodes[at]
    const addend = maker && Object.entries(maker.outputs).map(([name, t]) => (t === d ? maker.op.addends?.[name] : undefined)).find(Boolean)
    const usedElsewhere = g.nodes.slice(mark).some((n) => Object.values(n.inputs).some((t) => t === d || t.view?.of === d))
    const knownBefore = !g.nodes.slice(mark).some((n) => Object.values(n.outputs).includes(storageOf(known).tensor))
    if (addend === undefined || maker.inputs[addend] || usedElsewhere || !knownBefore || !sameShape(known.shape, d.shape)) return add(g, { a: known, b: d }, {}).y
    g.nodes[at] = { ...maker, inputs: { ...maker.inputs, [addend]: known } }
    return d
  }
  const accumulate = (t: Tensor, d: Tensor, mark = g.nodes.length): void => {
    const target = whole(t)
    if (!differentiable.has(target)) return
    if (sizeOf(d.shape) !== sizeOf(target.shape))
      throw new Fault('internal', `The gradient of ${target.name} has ${sizeOf(d.shape)} elements, expected ${sizeOf(target.shape)}.`, 'Check backward of the op that made it.')
    const shapedD = shaped(d, target)
    const known = gradients.get(target)
    gradients.set(target, known ? plus(known, shapedD, mark) : shapedD)
  }
  for (const [output, seed] of seeds) accumulate(output, seed)

  for (const node of nodes.toReversed()) {
    if (!node.op.backward) continue
    const douts: Record<string, Tensor> = {}
    for (const [name, t] of Object.entries(node.outputs)) {
      const d = gradients.get(t)
      if (d) douts[name] = d
    }
    if (Object.keys(douts).length === 0) continue
    const needs = new Set(Object.entries(node.inputs).filter(([, t]) => differentiable.has(whole(t))).map(([name]) => name))
    if (needs.size === 0) continue
    const mark = g.nodes.length
    const dins = g.at(`${node.scope}'`, () => node.op.backward!(g, node, douts, needs))
    for (const name of needs) {
      const d = dins[name]
      // A gradient that serves two inputs is no one's alone.
      const shared = Object.values(dins).filter((other) => other === d).length > 1
      if (d) accumulate(node.inputs[name], d, shared ? g.nodes.length : mark)
    }
  }

  const result = new Map<Tensor, Tensor>()
  for (const t of want) {
    const d = gradients.get(t)
    if (d) result.set(t, d)
  }
  return result
}
