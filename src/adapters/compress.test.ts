import { describe, expect, it } from 'vitest'
import { svd } from '../lib/svd.ts'
import { compress } from './compress.ts'
import { combine } from './combine.ts'
import { readLora } from './loraAdapter.ts'
import { differenceOf, testAdapter, updates } from './testAdapter.ts'

const norm = (x: ArrayLike<number>): number => Math.sqrt(Array.from(x).reduce((sum, v) => sum + v * v, 0))

describe('a compressed LoRA', () => {
  const adapter = testAdapter(21, { r: 6, lora_alpha: 9, rank_pattern: { down_proj: 3 } })
  const original = readLora(adapter)

  it.each([1, 2, 4])('of rank %i is as close as any update of that rank can be', (rank) => {
    const { adapter: small, modules, keptEnergy } = compress(adapter, { rank })
    const found = readLora(small)
    expect(small.config).toMatchObject({ use_rslora: false, lora_alpha: rank })
    let [kept, total] = [0, 0]
    for (const [path, whole] of updates(original)) {
      const { in: inputs, out, rank: before } = original.modules.get(path)!
      const values = svd(Float64Array.from(whole), out, inputs).s
      const now = Math.min(rank, before)
      expect(found.modules.get(path)).toMatchObject({ rank: now, scaling: 1 })
      const left = norm(updates(found).get(path)!.map((x, i) => x - whole[i]))
      const [least, all] = [norm(values.slice(now)), norm(values)]
      expect(Math.abs(left - least) / all, path).toBeLessThan(1e-6)
      const module = modules.find((m) => m.path === path)!
      expect(module).toMatchObject({ rankBefore: before, rank: now })
      expect(module.keptEnergy).toBeCloseTo(1 - (least / all) ** 2, 6)
      kept += all ** 2 - least ** 2
      total += all ** 2
    }
    expect(keptEnergy).toBeCloseTo(kept / total, 6)
  })

  it('loses nothing of what a higher rank did not need', () => {
    // The same adapter three times over has three times the rank and the same directions.
    const wasteful = combine([adapter, adapter, adapter], { combination_type: 'cat', weights: [0.5, 0.25, 0.25] })
    expect(wasteful.config['r']).toBe(18)
    const { adapter: small, keptEnergy } = compress(wasteful, { rank: 6 })
    expect(keptEnergy).toBeGreaterThan(1 - 1e-12)
    for (const [path, whole] of updates(original)) expect(differenceOf(updates(readLora(small)).get(path)!, whole), path).toBeLessThan(1e-6)
  })

  it('gives each layer the rank that its energy needs', () => {
    const wasteful = combine([adapter, adapter], { combination_type: 'cat', weights: [0.5, 0.5] })
    const all = compress(wasteful, { energy: 1 })
    expect(all.modules.map((m) => [m.path, m.rank])).toEqual([...original.modules.values()].map((m) => [m.path, m.rank]))
    expect(all.adapter.config).toMatchObject({ r: 6, lora_alpha: 6, rank_pattern: { 'model.layers.1.mlp.down_proj': 3 }, alpha_pattern: { 'model.layers.1.mlp.down_proj': 3 } })
    for (const m of readLora(all.adapter).modules.values()) expect(m.scaling).toBe(1)
    const { modules } = compress(wasteful, { energy: 0.8 })
    for (const { path, rank, keptEnergy } of modules) {
      expect(keptEnergy).toBeGreaterThanOrEqual(0.8)
      const { in: inputs, out } = original.modules.get(path)!
      const values = svd(Float64Array.from(updates(original).get(path)!), out, inputs).s
      expect((norm(values.slice(0, rank - 1)) / norm(values)) ** 2, 'one less would not do').toBeLessThan(0.8)
    }
  })

  it('keeps everything beside the updates, DoRA’s magnitudes included', () => {
    const magnitude = { shape: [8], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) }
    const key = 'base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector'
    const { adapter: small } = compress(testAdapter(22, { r: 4, use_dora: true }, undefined, new Map([[key, magnitude]])), { rank: 2 })
    expect(small.tensors.get(key)).toBe(magnitude)
    expect(small.config).toMatchObject({ use_dora: true, r: 2 })
  })

  it('may have learned nothing', () => {
    const fresh = testAdapter(23, { r: 4 })
    for (const [key, { data }] of fresh.tensors) if (key.includes('_B')) data.fill(0)
    const { adapter: small, keptEnergy } = compress(fresh, { rank: 2 })
    expect(keptEnergy).toBe(1)
    expect([...updates(readLora(small)).values()].every((x) => x.every((v) => v === 0))).toBe(true)
    expect(compress(fresh, { energy: 0.9 }).modules.every((m) => m.rank === 1)).toBe(true)
  })

  it.each([{ rank: 0 }, { rank: 1.5 }, { energy: 0 }, { energy: 1.1 }])('needs a sensible size, not %o', (target) => {
    expect(() => compress(adapter, target)).toThrow('Compressing needs')
  })
})
