import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { goldenRoot } from '../../e2e/golden/goldenFiles.ts'
import type { Adapter } from '../files/adapter.ts'
import { fileSource } from '../files/nodeSource.ts'
import { readHeader } from '../files/safetensors.ts'
import { normal } from '../lib/rng.ts'
import { toFailure } from '../protocol/failure.ts'
import { combine, COMBINATION_TYPES, type CombineOptions } from './combine.ts'
import { readLora } from './loraAdapter.ts'
import { differenceOf, testAdapter, updates } from './testAdapter.ts'

const folder = join(goldenRoot, 'combined')
const { adapters: configs, cases } = JSON.parse(await readFile(join(folder, 'combined.json'), 'utf8')) as {
  adapters: Record<string, Record<string, unknown>>
  cases: Record<string, CombineOptions & { adapters: string[] }>
}
const source = await fileSource(join(folder, 'combined.safetensors'))
const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>()
for (const [name, { dtype, shape, start, end }] of (await readHeader(source)).entries) {
  const bytes = await source.read(start, end)
  tensors.set(name, { shape, data: dtype === 'U8' ? Float32Array.from(bytes) : new Float32Array(bytes.slice().buffer) })
}
const under = (prefix: string): Map<string, { shape: readonly number[]; data: Float32Array }> =>
  new Map([...tensors].filter(([name]) => name.startsWith(prefix)).map(([name, t]) => [name.slice(prefix.length), t]))
const goldenAdapter = (name: string): Adapter => ({ config: configs[name], tensors: under(`adapter/${name}/`), card: '' })

// What PEFT 0.21 made of the same adapters; see scripts/golden/combined_adapters.py.
describe('add_weighted_adapter of PEFT', () => {
  it('is covered in every combination type', () => {
    expect([...new Set(Object.values(cases).map((c) => c.combination_type))].toSorted()).toEqual([...COMBINATION_TYPES].toSorted())
  })

  it.each(Object.keys(cases))('%s', (name) => {
    const { adapters, ...options } = cases[name]
    const masks = under(`mask/${name}/`)
    const keep = (adapter: number, tensor: string, i: number): boolean => masks.get(`${adapter}/${tensor}`)!.data[i] > 0
    const combined = readLora(combine(adapters.map(goldenAdapter), masks.size > 0 ? { ...options, keep } : options))
    const expected = under(`result/${name}/`)
    expect(expected.size).toBeGreaterThan(3)
    for (const [place, { shape, data }] of expected) {
      const [, path, factor] = /^(.*?)(?:\.([AB]))?$/.exec(place)!
      const { a, b, rank, in: inputs, out, scaling } = combined.modules.get(path)!
      expect(scaling).toBe(1)
      expect(shape).toEqual(factor === 'A' ? [rank, inputs] : factor === 'B' ? [out, rank] : [out, inputs])
      const found = factor === 'A' ? a : factor === 'B' ? b : updates(combined).get(path)!
      expect(differenceOf(found, data), place).toBeLessThan(1e-5)
    }
    expect(combined.modules.size).toBe(new Set([...expected.keys()].map((k) => k.replace(/\.[AB]$/, ''))).size)
  })
})

describe('combined adapters', () => {
  const a = testAdapter(1, { r: 4, lora_alpha: 6 })
  const b = testAdapter(2, { r: 2, use_rslora: true })
  const sum = (parts: readonly [Adapter, number][]): Map<string, Float32Array> => {
    const all = parts.map(([adapter, weight]) => [updates(readLora(adapter)), weight] as const)
    return new Map([...all[0][0]].map(([path, x]) => [path, x.map((_, i) => all.reduce((n, [u, w]) => n + w * u.get(path)![i], 0))]))
  }
  const largest = (found: ReadonlyMap<string, Float32Array>, expected: ReadonlyMap<string, Float32Array>): number =>
    Math.max(...[...expected].map(([path, x]) => differenceOf(found.get(path)!, x)))

  it('by cat are the weighted sum of the updates, and by svd too where the rank allows it', () => {
    const expected = sum([
      [a, 1.5],
      [b, -0.25],
    ])
    for (const options of [{ combination_type: 'cat' }, { combination_type: 'svd', svd_rank: 6 }] as const)
      expect(largest(updates(readLora(combine([a, b], { ...options, weights: [1.5, -0.25] }))), expected)).toBeLessThan(2e-6)
  })

  it('by the svd of wide dense updates are the sum where the rank allows it', () => {
    const wide = (seed: number): Adapter => {
      const whole = testAdapter(seed, { r: 2 }, ['q_proj'], undefined, 1030)
      const key = 'base_model.model.q_proj.lora_B.weight'
      return { ...whole, tensors: new Map([...whole.tensors, [key, { shape: [1040, 2], data: Float32Array.from({ length: 2080 }, (_, i) => normal(seed, 9, i)) }]]) }
    }
    const [c, d] = [wide(10), wide(11)]
    const found = updates(readLora(combine([c, d], { combination_type: 'magnitude_prune_svd', weights: [1, 2], density: 1, svd_rank: 4 })))
    const expected = sum([
      [c, 1],
      [d, 2],
    ])
    expect(largest(found, expected)).toBeLessThan(1e-5)
  })

  it('do not inherit rsLoRA’s scaling', () => {
    const { config } = combine([b, a], { combination_type: 'cat', weights: [1, 1] })
    expect(config).toMatchObject({ use_rslora: false, r: 6, lora_alpha: 6, rank_pattern: {}, alpha_pattern: {} })
  })

  it('target what any of them targets', () => {
    const few = testAdapter(3, { r: 4, target_modules: ['q_proj'], layers_to_transform: [0] }, ['model.layers.0.self_attn.q_proj'])
    expect(combine([a, b], { combination_type: 'cat', weights: [1, 1] }).config['target_modules']).toEqual(['down_proj', 'embed_tokens', 'q_proj'])
    const { config, tensors: found } = combine([few, a], { combination_type: 'cat', weights: [1, 1] })
    expect(config).toMatchObject({ layers_to_transform: null, r: 8 })
    expect(new Set(config['target_modules'] as string[])).toEqual(new Set(readLora(a).modules.keys()))
    // Zeros where one of them has nothing.
    expect(found.get('base_model.model.model.layers.1.mlp.down_proj.lora_A.weight')!.shape).toEqual([8, 12])
  })

  it('keep what one of them replaces whole, and refuse what two do', () => {
    const norm = new Map([['base_model.model.model.layers.1.mlp.down_proj.bias', { shape: [8], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) }]])
    const withBias = testAdapter(4, { r: 4, bias: 'all', target_modules: ['q_proj'] }, ['model.layers.0.self_attn.q_proj'], norm)
    const both = combine([a, withBias], { combination_type: 'cat', weights: [1, 1] })
    expect(both.config['bias']).toBe('all')
    expect(both.tensors.get('base_model.model.model.layers.1.mlp.down_proj.base_layer.bias')!.data[7]).toBe(8)
    const other = testAdapter(5, { r: 4, bias: 'all', target_modules: ['q_proj'] }, ['model.layers.0.self_attn.q_proj'], new Map([...norm].map(([k]) => [k, { shape: [8], data: new Float32Array(8) }])))
    expect(() => combine([withBias, other], { combination_type: 'cat', weights: [1, 1] })).toThrow('Two of the adapters replace')
    const head = testAdapter(6, { r: 4, modules_to_save: ['q_proj'] }, ['model.embed_tokens'], new Map([['base_model.model.model.layers.0.self_attn.q_proj.weight', { shape: [1], data: new Float32Array(1) }]]))
    expect(() => combine([a, head], { combination_type: 'cat', weights: [1, 1] })).toThrow('replaces model.layers.0.self_attn.q_proj whole')
  })

  it('of DARE keep the share asked for, and the sum on average', () => {
    const wide = testAdapter(7, { r: 64 }, undefined, undefined, 512)
    const density = 0.3
    const { tensors: found } = combine([wide, wide], { combination_type: 'dare_linear', weights: [1, 1], density, seed: 5 })
    let [zeros, n] = [0, 0]
    const key = 'base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight'
    const data = found.get(key)!.data
    for (const x of data) zeros += x === 0 ? 1 : 0
    n = data.length
    expect(n).toBe(64 * 512)
    // Both of two independent choices drop a value with probability 0.7²; 4 standard deviations of that share.
    expect(Math.abs(zeros / n - 0.49)).toBeLessThan(4 * Math.sqrt((0.49 * 0.51) / n))
    const scaling = readLora(wide).modules.get('model.layers.0.self_attn.q_proj')!.scaling
    const original = wide.tensors.get(key)!.data
    let [dotted, squared] = [0, 0]
    for (let i = 0; i < n; i++) {
      dotted += data[i] * original[i]
      squared += original[i] * original[i]
    }
    // E[result] = 2 √scaling · original: the projection on the original has a relative deviation of √((1 − p) / (2 p)) · √(Σx⁴) / Σx² ≈ 1 %.
    expect(dotted / squared / (2 * Math.sqrt(scaling))).toBeCloseTo(1, 1)
    const again = combine([wide, wide], { combination_type: 'dare_linear', weights: [1, 1], density, seed: 5 }).tensors.get(key)!.data
    expect(again).toEqual(data)
    expect(combine([wide, wide], { combination_type: 'dare_linear', weights: [1, 1], density, seed: 6 }).tensors.get(key)!.data).not.toEqual(data)
  })

  it.each([
    { why: 'ranks differ', of: [a, b], options: { combination_type: 'linear' }, says: 'need one rank; found 4, 2', hint: 'cat or svd' },
    { why: 'ranks differ in ties', of: [a, b], options: { combination_type: 'ties', density: 0.5 }, says: 'need one rank', hint: 'ties_svd or cat' },
    { why: 'a density is missing', of: [a, a], options: { combination_type: 'dare_ties' }, says: 'needs a density above 0 and at most 1, found none', hint: '0.5' },
    { why: 'a density is nothing', of: [a, a], options: { combination_type: 'magnitude_prune', density: 0 }, says: 'found 0', hint: '0.5' },
    { why: 'a weight is missing', of: [a, b], options: { combination_type: 'cat', weights: [1] }, says: '2 adapters need as many weights, found 1', hint: 'weight' },
    { why: 'there is none', of: [], options: { combination_type: 'cat', weights: [] }, says: 'No adapter', hint: 'two' },
    { why: 'one is DoRA', of: [a, testAdapter(8, { use_dora: true })], options: { combination_type: 'cat' }, says: 'DoRA', hint: 'Merge it' },
    { why: 'one is PiSSA', of: [a, testAdapter(8, { init_lora_weights: 'pissa_niter_4' })], options: { combination_type: 'cat' }, says: 'init_lora_weights pissa_niter_4', hint: 'plain LoRA' },
    { why: 'one has LoRA biases', of: [a, testAdapter(8, { lora_bias: true })], options: { combination_type: 'cat' }, says: 'lora_bias', hint: 'without it' },
    { why: 'one is no LoRA', of: [a, { ...a, config: { peft_type: 'IA3' } }], options: { combination_type: 'cat' }, says: 'found the type "IA3"', hint: 'Use a LoRA' },
    { why: 'bases differ', of: [a, testAdapter(8, { r: 4 }, undefined, undefined, 16)], options: { combination_type: 'cat' }, says: 'not of one base', hint: 'same model' },
    { why: 'the rank contradicts the file', of: [a, { ...a, config: { ...a.config, r: 5 } }], options: { combination_type: 'cat' }, says: 'their rank is 4, but adapter_config.json says 5', hint: 'again' },
    { why: 'the rank is no number of ranks', of: [a, b], options: { combination_type: 'svd', svd_rank: 0 }, says: 'svd_rank must be a whole number', hint: 'Leave it out' },
  ] as const)('are refused where $why', ({ of, options, says, hint }) => {
    try {
      combine(of, { weights: of.map(() => 1), ...options })
    } catch (error) {
      const failure = toFailure(error)
      expect(failure.message).toContain(says)
      expect(failure.hint).toContain(hint)
      return
    }
    throw new Error('nothing was refused')
  })
})
