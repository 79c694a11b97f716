import { describe, expect, it } from 'vitest'
import { interpret } from '../engine/interpret.ts'
import { sizeOf } from '../graph/shape.ts'
import { normal } from '../lib/rng.ts'
import type { MethodChoice } from '../protocol/recipe.ts'
import { PLAIN, type Objective } from './objective.ts'
import { traceStep, type StepGraph } from './step.ts'
import { testSubject } from './testSubject.ts'

const shape = { batch: 2, length: 4, rows: 64 }
const lora = [{ id: 'lora', options: { r: 2 } }]
const trace = (objective: Partial<Objective>, learn = true, methods: readonly MethodChoice[] = lora, model = 'llama'): StepGraph =>
  traceStep(testSubject(model, methods), shape, learn, { ...PLAIN, ...objective })
const nodes = ({ graph }: StepGraph, name: string) => graph.nodes.filter((n) => n.op.name === name)

describe('label smoothing', () => {
  it('smooths targets while it learns and not while it scores', () => {
    expect(nodes(trace({ labelSmoothing: 0.1 }), 'crossEntropy').map((n) => n.attrs['smoothing'])).toEqual([0.1])
    expect(nodes(trace({ labelSmoothing: 0.1 }, false), 'crossEntropy').map((n) => n.attrs['smoothing'])).toEqual([0])
  })
})

describe('NEFTune', () => {
  // transformers' neftune_post_forward_hook: mag_norm = 5 / torch.sqrt(torch.tensor(4 * 8)), uniform_(-mag_norm, mag_norm).
  const BOUND = 0.8838834764831844

  it('disturbs the token embeddings alone, within its bound, and only while it learns', () => {
    for (const model of ['llama', 'gpt2']) {
      const step = trace({ neftuneNoise: 5 }, true, lora, model)
      const [node, ...more] = nodes(step, 'uniformNoise')
      expect(more).toEqual([])
      expect(node.attrs['bound']).toBeCloseTo(BOUND, 12)
      const values = new Map<string, ArrayLike<number>>(
        step.graph.sources.map((t, k) => [t.name, t.data ?? Float64Array.from({ length: sizeOf(t.shape) }, (_, i) => (t.dtype === 'f32' ? normal(2, k, i) : i % 4))]),
      )
      const read = interpret(step.graph, values)
      const [x, y] = [read(node.inputs['x']), read(node.outputs['y'])]
      const noise = Array.from(y, (v, i) => v - x[i])
      expect(Math.max(...noise.map(Math.abs))).toBeLessThanOrEqual(BOUND)
      expect(new Set(noise).size).toBe(64)
      // The variance of the uniform distribution is bound² / 3; 64 draws leave a standard error of a ninth of it.
      expect(noise.reduce((n, v) => n + v * v, 0) / 64 / (BOUND ** 2 / 3)).toBeCloseTo(1, 0)
      expect(nodes(trace({ neftuneNoise: 5 }, false, lora, model), 'uniformNoise')).toEqual([])
    }
    expect(nodes(trace({}), 'uniformNoise')).toEqual([])
  })

  it('leaves virtual tokens alone', () => {
    const [node] = nodes(trace({ neftuneNoise: 5 }, true, [{ id: 'prompt_tuning', options: { num_virtual_tokens: 3 } }]), 'uniformNoise')
    expect(node.inputs['x'].shape).toEqual([8, 8])
    expect(node.attrs['bound']).toBeCloseTo(BOUND, 12)
  })
})
