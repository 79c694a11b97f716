import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Init } from '../methods/method.ts'
import type { TrainableEntry } from './census.ts'
import { BLOCK } from '../ops/adamw.ts'
import { groupBlocks, layOut } from './layout.ts'
import { initialValues, putWindow, takeWindow } from './params.ts'
import { testSubject } from './testSubject.ts'

const entry = fc.record({
  shape: fc.array(fc.integer({ min: 1, max: 13 }), { minLength: 2, maxLength: 2 }),
  transposed: fc.boolean(),
  decays: fc.boolean(),
  frozen: fc.constant(false),
  owner: fc.constant(0),
})
const trainables = fc
  .array(entry, { maxLength: 12 })
  .map((list) => list.map((e, i): TrainableEntry => ({ ...e, key: `t${i}`, init: { kind: 'zeros' } })))
const noCheckpoint = (): Promise<Float32Array> => Promise.reject(new Error('no checkpoint'))

describe('layout', () => {
  it('gives every tensor a window of its own, at a place that can be bound', () => {
    fc.assert(
      fc.property(trainables, (entries) => {
        const { windows, length } = layOut(entries)
        let end = 0
        for (const w of windows.values()) {
          expect(w.offset % BLOCK).toBe(0)
          expect(w.offset).toBeGreaterThanOrEqual(end)
          expect(w.size).toBe(w.shape[0] * w.shape[1])
          end = w.offset + w.size
        }
        expect(length % BLOCK).toBe(0)
        expect(length).toBeGreaterThanOrEqual(Math.max(end, BLOCK))
      }),
    )
  })

  it('puts every block into the group of its tensor', () => {
    fc.assert(
      fc.property(trainables, (entries) => {
        const layout = layOut(entries)
        const groupOf = (w: { readonly decays: boolean }) => ({ lrScale: 1, weightDecay: w.decays ? 0.1 : 0 })
        const { blocks, groups } = groupBlocks(layout, groupOf)
        expect(groups.length).toBe(Math.max(1, new Set(entries.map((e) => e.decays)).size))
        for (const w of layout.windows.values())
          for (let i = 0; i < w.size; i++) expect(groups[blocks[Math.floor((w.offset + i) / BLOCK)]]).toEqual(groupOf(w))
      }),
    )
  })

  it('exempts biases and norms from decay, as transformers.Trainer does', () => {
    const decaying = (modelType: string): string[] =>
      testSubject(modelType, [{ id: 'full', options: {} }])
        .census.trainables.filter((t) => t.decays)
        .map((t) => t.key.replace(/.*\.(?=\w+\.\w+$)/, ''))
    expect(decaying('gpt2')).toEqual([
      'wte.weight',
      'wpe.weight',
      'c_attn.weight',
      'c_proj.weight',
      'c_fc.weight',
      'c_proj.weight',
    ])
    expect(decaying('qwen2').filter((key) => /norm|bias/.test(key))).toEqual([])
  })
})

describe('the way between flat buffers and named tensors', () => {
  it('loses nothing, in either orientation', () => {
    fc.assert(
      fc.property(trainables, (entries) => {
        const layout = layOut(entries)
        const flat = new Float32Array(layout.length)
        const stored = new Map(
          [...layout.windows.values()].map((w) => [w.key, Float32Array.from({ length: w.size }, (_, i) => w.offset + i + 1)]),
        )
        for (const w of layout.windows.values()) putWindow(flat, w, stored.get(w.key)!)
        for (const w of layout.windows.values()) expect(takeWindow(flat, w)).toEqual(stored.get(w.key))
        expect(flat.filter((v) => v !== 0)).toHaveLength([...layout.windows.values()].reduce((n, w) => n + w.size, 0))
      }),
    )
  })

  it('keeps the transpose where the graph wants it', () => {
    const layout = layOut([{ key: 'a', shape: [2, 3], transposed: true, frozen: false, owner: 0, decays: true, init: { kind: 'zeros' } }])
    const flat = new Float32Array(layout.length)
    putWindow(flat, layout.windows.get('a')!, Float32Array.of(1, 2, 3, 4, 5, 6))
    expect([...flat.subarray(0, 6)]).toEqual([1, 4, 2, 5, 3, 6])
  })

  it('starts every tensor as it declares, whatever else is in the layout', async () => {
    const of = (key: string, init: Init): TrainableEntry => ({ key, shape: [40, 50], transposed: false, frozen: false, owner: 0, decays: true, init })
    const all = [
      of('u', { kind: 'uniform', bound: 0.25 }),
      of('n', { kind: 'normal', std: 0.02 }),
      of('z', { kind: 'zeros' }),
      of('c', { kind: 'checkpoint', name: 'w' }),
    ]
    const copied = Float32Array.from({ length: 2000 }, (_, i) => i)
    const checkpoint = (name: string): Promise<Float32Array> => (name === 'w' ? Promise.resolve(copied) : noCheckpoint())
    const values = async (entries: readonly TrainableEntry[], seed: number, key: string): Promise<Float32Array> => {
      const layout = layOut(entries)
      return takeWindow(await initialValues(layout, seed, checkpoint), layout.windows.get(key)!)
    }
    const [u, n, z, c] = await Promise.all(['u', 'n', 'z', 'c'].map((key) => values(all, 3, key)))
    const moments = (x: Float32Array): number[] => [
      x.reduce((a, v) => a + v, 0) / x.length,
      Math.sqrt(x.reduce((a, v) => a + v * v, 0) / x.length),
    ]
    expect(u.every((v) => Math.abs(v) <= 0.25)).toBe(true)
    expect(moments(u)[1]).toBeCloseTo(0.25 / Math.sqrt(3), 2)
    expect(moments(n)[0]).toBeCloseTo(0, 2)
    expect(moments(n)[1]).toBeCloseTo(0.02, 3)
    expect(z.every((v) => v === 0)).toBe(true)
    expect(c).toEqual(copied)
    // A tensor's start depends on the seed and its own name alone.
    expect(await values(all.toReversed(), 3, 'n')).toEqual(n)
    expect(await values([all[1]], 3, 'n')).toEqual(n)
    expect(await values(all, 4, 'n')).not.toEqual(n)
    expect(await values([of('n2', all[1].init)], 3, 'n2')).not.toEqual(n)
  })
})
