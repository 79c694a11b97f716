import { describe, expect, it } from 'vitest'
import { normal } from '../lib/rng.ts'
import type { Adapter } from '../files/adapter.ts'
import { average, averageUpdates } from './average.ts'
import { readLora, type LoraAdapter } from './loraAdapter.ts'
import { stack } from './stack.ts'
import { differenceOf, testAdapter, updates } from './testAdapter.ts'

const [a, b] = [testAdapter(31, { r: 4, lora_alpha: 6 }), testAdapter(32, { r: 4, lora_alpha: 6 })]
const small = testAdapter(33, { r: 2, use_rslora: true })

describe('stacked LoRA adapters', () => {
  // y = W x + Σ s · B (A x), one attached after another, in single precision as on a device.
  const attached = (adapters: readonly LoraAdapter[], path: string, x: Float32Array, base: Float32Array): Float32Array =>
    adapters.reduce((y, { modules }) => {
      const { a: down, b: up, rank, in: inputs, out, scaling } = modules.get(path)!
      const narrow = Float32Array.from({ length: rank }, (_, k) => x.reduce((sum, v, i) => sum + v * down[k * inputs + i], 0))
      return Float32Array.from({ length: out }, (_, o) => y[o] + scaling * narrow.reduce((sum, v, k) => sum + v * up[o * rank + k], 0))
    }, base)

  it('answer as both of them attached, as one file', () => {
    const whole = readLora(stack([a, small]))
    for (const [path, { in: inputs, out, rank }] of whole.modules) {
      expect(rank).toBe(6)
      const x = Float32Array.from({ length: inputs }, (_, i) => normal(1, 2, i))
      const base = Float32Array.from({ length: out }, (_, i) => normal(1, 3, i))
      expect(differenceOf(attached([whole], path, x, base), attached([readLora(a), readLora(small)], path, x, base)), path).toBeLessThan(1e-5)
    }
  })
})

describe('averaged adapters', () => {
  const prompt = (seed: number): Adapter => ({
    config: { peft_type: 'PROMPT_TUNING', num_virtual_tokens: 3, base_model_name_or_path: `copy ${seed}` },
    tensors: new Map([['prompt_embeddings', { shape: [3, 4], data: Float32Array.from({ length: 12 }, (_, i) => normal(seed, 0, i)) }]]),
    card: '',
  })

  it('of any method are the mean of their values', () => {
    const [p, q] = [prompt(1), prompt(2)]
    const [x, y] = [p, q].map((adapter) => adapter.tensors.get('prompt_embeddings')!.data)
    expect(differenceOf(average([p, q]).tensors.get('prompt_embeddings')!.data, x.map((v, i) => (v + y[i]) / 2))).toBeLessThan(1e-7)
    const leaning = average([p, q], [3, 1])
    expect(differenceOf(leaning.tensors.get('prompt_embeddings')!.data, x.map((v, i) => 0.75 * v + 0.25 * y[i]))).toBeLessThan(1e-7)
    expect(leaning.config).toBe(p.config)
  })

  it('of LoRA have the mean update only where updates are averaged', () => {
    const [ua, ub] = [updates(readLora(a)), updates(readLora(b))]
    for (const made of [averageUpdates([a, b]), averageUpdates([a, b], { rank: 8 })])
      for (const [path, found] of updates(readLora(made))) expect(differenceOf(found, ua.get(path)!.map((v, i) => (v + ub.get(path)![i]) / 2)), path).toBeLessThan(1e-6)
    const path = 'model.layers.0.self_attn.q_proj'
    expect(differenceOf(updates(readLora(average([a, b]))).get(path)!, ua.get(path)!.map((v, i) => (v + ub.get(path)![i]) / 2))).toBeGreaterThan(0.1)
    expect(readLora(averageUpdates([a, small], { rank: 3 })).modules.get(path)!.rank).toBe(3)
  })

  it('of one adapter with itself are that adapter', () => {
    const { config, tensors } = average([a, a, a])
    expect(config).toEqual(a.config)
    for (const [key, { data }] of a.tensors) expect(differenceOf(tensors.get(key)!.data, data), key).toBeLessThan(1e-7)
  })

  it.each([
    { why: 'settings differ', of: [a, small], says: 'r is 4 in one and 2 in another' },
    { why: 'keys differ', of: [a, { ...a, tensors: new Map([...a.tensors].slice(1)) }], says: 'only one has' },
    { why: 'shapes differ', of: [a, testAdapter(34, { r: 4, lora_alpha: 6 }, undefined, undefined, 16)], says: 'is [4, 12] in one and [4, 16] in another' },
    { why: 'there are none', of: [], says: 'An average needs adapters' },
  ])('are refused where $why', ({ of, says }) => expect(() => average(of)).toThrow(says))

  it('need weights that say a share', () => {
    expect(() => average([a, b], [1, -1])).toThrow('a sum other than 0')
    expect(() => averageUpdates([a, b], { weights: [1] })).toThrow('as many weights')
  })
})
