import { describe, expect, it } from 'vitest'
import { Graph } from '../graph/graph.ts'
import { printGraph } from '../graph/print.ts'
import type { Tensor } from '../graph/tensor.ts'
import { add } from '../ops/add.ts'
import { matmul } from '../ops/matmul.ts'
import { mul } from '../ops/mul.ts'
import { scale } from '../ops/scale.ts'
import { traceStep, type StepGraph } from '../train/step.ts'
import { testSubject } from '../train/testSubject.ts'
import { differentiate } from './autodiff.ts'
import { interpret } from './interpret.ts'

// Five tokens, so that no activation has the shape of a weight.
const shape = { batch: 1, length: 5, rows: 64 }
const lora = (...target_modules: string[]) => [{ id: 'lora', options: { r: 2, target_modules } }]

/** The printed lines of the backward pass. */
function backwardOf({ graph, boundary }: StepGraph): string[] {
  return printGraph(graph)
    .split('\n')
    .slice(boundary)
    .filter((line) => !/= (gatherRows|crossEntropy|sum)\(/.test(line) && !line.includes('[64,11] = matmul'))
}

describe('a step with frozen weights', () => {
  const subject = testSubject('llama', lora('down_proj'))
  const step = traceStep(subject, shape, true)
  const lines = backwardOf(step)

  it('has a gradient for each trainable tensor, and no other', () => {
    expect([...step.reached].toSorted()).toEqual(subject.census.trainables.map((t) => t.key).toSorted())
    // dW = dYᵀ·X is the only product with a transposed first factor.
    expect(lines.filter((line) => line.includes('transA=true'))).toHaveLength(2)
    const products = step.graph.nodes.slice(step.boundary).filter((n) => n.attrs['transA'] === true)
    expect(products.every((n) => n.inputs['total'].kind === 'state')).toBe(true)
  })

  it('makes no gradient of norms, embeddings or anything else that is frozen', () => {
    for (const node of step.graph.nodes.slice(step.boundary)) {
      expect(node.op.name).not.toMatch(/embedding/)
      if (/Norm/.test(node.op.name)) expect(Object.keys(node.outputs)).toEqual(['dx'])
    }
    const sizes = new Set(subject.census.weights.filter((w) => w.shape.length === 2).map((w) => `[${w.shape.join()}] =`))
    expect(lines.filter((line) => [...sizes].some((size) => line.includes(size)))).toEqual([])
  })

  it('stops at the first trainable tensor', () => {
    const ops = lines.map((line) => /(\w+)\(/.exec(line)![1])
    // The head's dX, then three products for B, for what A gave, and for A; two of them are added to the flat gradient.
    expect(ops).toEqual(['matmul', 'scatterRows', 'rmsNormBackward', 'matmul', 'matmul', 'matmul'])
    expect(lines.join('\n')).not.toContain('model.layers')
  })

  it('reaches through attention to the values alone when only they train', () => {
    const values = backwardOf(traceStep(testSubject('llama', lora('v_proj')), shape, true)).join('\n')
    expect(values).toContain('needK=false, needV=true')
    for (const below of ['q_proj', 'k_proj', 'rope', 'input_layernorm', 'embed_tokens']) expect(values).not.toContain(below)
  })

  it('runs no backward node when it only scores', () => {
    expect(traceStep(subject, shape, false).graph.nodes.filter((n) => /Backward|accumulate|scatter/.test(n.op.name))).toEqual([])
  })

  it('traces the same text every time', () => {
    expect(printGraph(traceStep(subject, shape, true).graph)).toBe(printGraph(step.graph))
  })
})

describe('differentiate', () => {
  const vector = (g: Graph, name: string): Tensor => g.input(name, [3])
  const gradient = (g: Graph, y: Tensor, of: Tensor, values: Readonly<Record<string, number[]>>): number[] | undefined => {
    const seed = g.input('seed', y.shape)
    const d = differentiate(g, new Map([[y, seed]]), [of]).get(of)
    const read = interpret(g, new Map(Object.entries({ seed: [1, 1, 1], ...values })))
    return d && [...read(d)]
  }

  it('sums the gradients of every use', () => {
    const g = new Graph()
    const x = vector(g, 'x')
    const twice = add(g, { a: x, b: x }, {}).y
    const square = mul(g, { a: x, b: twice }, {}).y // 2x²
    const y = add(g, { a: square, b: scale(g, { x }, { factor: 5 }).y }, {}).y
    expect(gradient(g, y, x, { x: [1, -2, 0.5] })).toEqual([9, -3, 7])
  })

  it('treats nodes before the stretch as constants', () => {
    const g = new Graph()
    const x = vector(g, 'x')
    const y = scale(g, { x }, { factor: 3 }).y
    const from = g.nodes.length
    const z = mul(g, { a: y, b: x }, {}).y
    const d = differentiate(g, new Map([[z, g.input('seed', [3])]]), [x], from).get(x)!
    const read = interpret(
      g,
      new Map([
        ['x', [1, 2, 3]],
        ['seed', [1, 1, 1]],
      ]),
    )
    expect([...read(d)]).toEqual([3, 6, 9])
  })

  it('sees a reshaped value as the value, and a window of a store as a tensor of its own', () => {
    const g = new Graph()
    const store = g.source('state', 'values', [128])
    const [a, b] = [g.view(store, [1, 3], 0, 'a'), g.view(store, [3, 1], 64, 'b')]
    const product = matmul(g, { a, b }, { transA: false, transB: false, alpha: 1 }).y // (1, 1)
    const flat = g.view(product, [1])
    const y = mul(g, { a: flat, b: flat }, {}).y
    const found = differentiate(g, new Map([[y, g.input('seed', [1])]]), [a, b])
    const values = new Float64Array(128)
    values.set([1, 2, 3])
    values.set([4, 5, 6], 64)
    const read = interpret(
      g,
      new Map<string, ArrayLike<number>>([
        ['values', values],
        ['seed', [1]],
      ]),
    )
    expect([...read(found.get(a)!)]).toEqual([256, 320, 384])
    expect([...read(found.get(b)!)]).toEqual([64, 128, 192])
    expect(found.get(a)!.shape).toEqual([1, 3])
    expect(found.get(b)!.shape).toEqual([3, 1])
  })

  it('leaves out what does not reach the output', () => {
    const g = new Graph()
    const [x, other] = [vector(g, 'x'), vector(g, 'other')]
    const y = scale(g, { x }, { factor: 2 }).y
    scale(g, { x: other }, { factor: 2 })
    expect([...differentiate(g, new Map([[y, vector(g, 'seed')]]), [x, other]).keys()]).toEqual([x])
  })
})
