// NF4 as bitsandbytes has it: its codebook, and codes, scales and values of 19,237 numbers as
// scripts/golden/quantized_blocks.py finds them by other means. int8 against its meaning.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { normal } from '../lib/rng.ts'
import { blockLayout, codesAt } from './blocks.ts'
import { dynamicValues, nf4Ends, nf4Values } from './codebooks.ts'
import { packBlocks, unpackBlocks, type Quantized } from './packBlocks.ts'

interface Golden {
  readonly count: number
  readonly nf4: readonly number[]
  readonly quantiles: readonly number[]
  readonly dynamic: readonly number[]
  readonly codes_head: string
  readonly codes_sha256: string
  readonly absmax_head: readonly number[]
  readonly offset: number
  readonly nested: readonly number[]
  readonly scale_codes: readonly number[]
  readonly every: number
  readonly plain: readonly number[]
  readonly double: readonly number[]
  readonly rms: { readonly plain: number; readonly double: number }
}
const golden = JSON.parse(readFileSync(new URL('../../e2e/golden/nf4.json', import.meta.url), 'utf8')) as Golden

/** The reference's numbers: sums of twelve draws of a congruential generator. */
function numbers(count: number): Float32Array {
  let state = 12345
  return Float32Array.from({ length: count }, (_, i) => {
    let total = 0
    for (let n = 0; n < 12; n++) {
      state = (Math.imul(1664525, state) + 1013904223) >>> 0
      total += state >>> 16
    }
    return (total / 65536 - 6) * ((i >> 6) % 7 === 0 ? 0.3 : 0.02)
  })
}

const x = numbers(golden.count)
const rms = (a: Float32Array): number => Math.sqrt(a.reduce((sum, v, i) => sum + (v - x[i]) ** 2, 0) / a.length)
const codesOf = (bytes: Uint8Array, at: number): Uint8Array => Uint8Array.from({ length: golden.count }, (_, i) => (bytes[at + (i >> 1)] >> (4 * (i & 1))) & 15)

describe('NF4', () => {
  it('has the sixteen values of bitsandbytes, which are quantiles of a normal distribution', () => {
    expect(nf4Values).toEqual(golden.nf4)
    nf4Values.forEach((v, i) => expect(Math.abs(v - golden.quantiles[i])).toBeLessThan(1e-6))
  })

  it('changes its code halfway between two values', () => {
    nf4Ends.forEach((end, i) => expect(Math.abs(end - (nf4Values[i] + nf4Values[i + 1]) / 2)).toBeLessThan(4e-8))
  })

  it('gives the codes and scales of the reference', () => {
    const bytes = packBlocks(x, 'nf4')
    const codes = codesOf(bytes, 4 * codesAt('nf4'))
    expect([...codes.subarray(0, 512)].map((c) => c.toString(16)).join('')).toBe(golden.codes_head)
    expect(createHash('sha256').update(codes).digest('hex')).toBe(golden.codes_sha256)
    const { scales } = blockLayout('nf4', [golden.count])
    expect([...new Float32Array(bytes.buffer, scales * 4, 16)]).toEqual(golden.absmax_head)
    const values = unpackBlocks(bytes, 'nf4', golden.count)
    golden.plain.forEach((v, i) => expect(values[i * golden.every]).toBe(v))
    expect(rms(values)).toBeCloseTo(golden.rms.plain, 8)
  })

  it('quantises its scales as the reference does', () => {
    expect(dynamicValues).toEqual(golden.dynamic)
    const bytes = packBlocks(x, 'nf4_double')
    const layout = blockLayout('nf4_double', [golden.count])
    const floats = new Float32Array(bytes.buffer)
    expect(createHash('sha256').update(codesOf(bytes, 4 * layout.codes)).digest('hex')).toBe(golden.codes_sha256)
    expect([...bytes.subarray(layout.scales * 4, layout.scales * 4 + layout.blocks)]).toEqual(golden.scale_codes)
    expect(floats[layout.mean]).toBeCloseTo(golden.offset, 8)
    golden.nested.forEach((v, i) => expect(floats[layout.nested + i]).toBeCloseTo(v, 7))
    const values = unpackBlocks(bytes, 'nf4_double', golden.count)
    golden.double.forEach((v, i) => expect(Math.abs(values[i * golden.every] - v)).toBeLessThan(1e-7))
    expect(rms(values)).toBeCloseTo(golden.rms.double, 7)
  })
})

describe('int8', () => {
  it('is the nearest of 255 steps of the largest magnitude of 64', () => {
    const bytes = packBlocks(x, 'int8')
    const values = unpackBlocks(bytes, 'int8', golden.count)
    const { scales } = blockLayout('int8', [golden.count])
    const steps = new Float32Array(bytes.buffer, scales * 4)
    for (let i = 0; i < golden.count; i++) {
      const block = x.subarray(i - (i % 64), i - (i % 64) + 64)
      const step = Math.max(...block.map(Math.abs)) / 127
      expect(Math.abs(steps[i >> 6] - step)).toBeLessThanOrEqual(1e-7 * step)
      if (!(Math.abs(values[i] - x[i]) <= step * 0.500001)) expect.fail(`${x[i]} became ${values[i]}, steps are ${step}`)
    }
  })
})

it.each(['int8', 'nf4', 'nf4_double'] as const)('%s takes any number of elements, and blocks of zeros', (type: Quantized) => {
  for (const count of [1, 63, 64, 65, 64 * 256, 64 * 257 + 1]) {
    const given = Float32Array.from({ length: count }, (_, i) => (i < 64 ? 0 : normal(1, 1, i)))
    const bytes = packBlocks(given, type)
    expect(bytes.length).toBe(blockLayout(type, [count]).words * 4)
    const values = unpackBlocks(bytes, type, count)
    expect(values).toHaveLength(count)
    // Scales are told from their mean, so zeros stay zeros only where each has its own.
    if (type !== 'nf4_double') expect(values.subarray(0, 64).every((v) => v === 0)).toBe(true)
    expect(values.every((v, i) => Math.abs(v - given[i]) < 1)).toBe(true)
  }
})
