import { describe, expect, it } from 'vitest'
import { sizeOf } from '../graph/shape.ts'
import { normal } from '../lib/rng.ts'
import { PLAIN, type Objective } from '../train/objective.ts'
import { traceStep, type StepGraph } from '../train/step.ts'
import { testSubject } from '../train/testSubject.ts'
import { interpret } from './interpret.ts'
import { plan } from './plan.ts'

const shape = { batch: 1, length: 64, rows: 64 }
const subject = testSubject('llama', [{ id: 'lora', options: { r: 64, lora_dropout: 0.1 } }], { num_hidden_layers: 2, hidden_size: 64, intermediate_size: 96 })
const stepWith = (change: Partial<Objective>): StepGraph => traceStep(subject, shape, true, { ...PLAIN, ...change })
const keptBytes = ({ graph, loss, boundary }: StepGraph): number => plan(graph, [loss], boundary).bytes.activations

/** Loss and flat gradient, with sources of reproducible numbers. */
function results({ graph, loss }: StepGraph): { loss: number; gradient: ArrayLike<number> } {
  const whole: Readonly<Record<string, (i: number) => number>> = { tokens: (i) => (i * 7) % 11, targets: (i) => (i * 5) % 11, rows: (i) => i, positions: (i) => i, segments: () => 0, seed: (i) => i, 'loss scale': () => 1 / 64, gradient: () => 0 }
  const sources = new Map(
    graph.sources
      .filter((t) => t.kind !== 'constant')
      .map((t, s) => [t.name, Float64Array.from({ length: sizeOf(t.shape) }, (_, i) => whole[t.name]?.(i) ?? 0.15 * normal(3, s, i) + (t.shape.length === 1 && t.kind === 'weight' ? 1 : 0))] as const),
  )
  const read = interpret(graph, sources)
  return { loss: read(loss)[0], gradient: read(graph.sources.find((t) => t.name === 'gradient')!) }
}

describe('halve', () => {
  const [whole, half] = [stepWith({}), stepWith({ halfActivations: true })]

  it('keeps about half the bytes, and fewer still with checkpointing', () => {
    expect(keptBytes(half)).toBeLessThan(0.7 * keptBytes(whole))
    expect(keptBytes(stepWith({ halfActivations: true, checkpointing: 'full' }))).toBeLessThan(keptBytes(half))
  })

  it('leaves the loss as it is, and moves the gradient by what rounding does', () => {
    const [a, b] = [results(whole), results(half)]
    expect(b.loss).toBe(a.loss)
    let [difference, size] = [0, 0]
    for (let i = 0; i < a.gradient.length; i++) {
      difference += (a.gradient[i] - b.gradient[i]) ** 2
      size += a.gradient[i] ** 2
    }
    const relative = Math.sqrt(difference / size)
    expect(relative).toBeGreaterThan(0)
    expect(relative).toBeLessThan(1e-3)
  })

  it('gives products their operand as it is kept', () => {
    const products = half.graph.nodes.slice(half.boundary).filter((n) => n.op.name === 'matmul' && n.inputs['b'].kind === 'value')
    expect(products.some((n) => n.inputs['b'].dtype === 'f16')).toBe(true)
  })
})
