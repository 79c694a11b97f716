// The random bits of dropout: as many elements are kept as asked, in every word of the hash, and neither another step
// nor another site nor a neighbouring seed repeats a mask.
import { describe, expect, it } from 'vitest'
import { dropout, pcg4d } from './dropout.ts'

const COUNT = 40_000

function mask(p: number, seed: number, step: number, site: number): Float64Array {
  const y = new Float64Array(COUNT)
  const values = { x: new Float64Array(COUNT).fill(1), seed: Uint32Array.of(seed, step) }
  dropout.definition.reference(values, { y }, {}, { p, site })
  return y.map((v) => (v === 0 ? 0 : 1))
}
const mean = (values: Float64Array): number => values.reduce((a, b) => a + b) / values.length
/** Correlation of two masks of equal keep rate; its standard deviation by chance is 1 / √COUNT. */
const correlation = (a: Float64Array, b: Float64Array, keep: number): number =>
  a.reduce((total, v, i) => total + (v - keep) * (b[i] - keep), 0) / (COUNT * keep * (1 - keep))

const FIVE_SIGMA = 5 / Math.sqrt(COUNT)

describe('the mask', () => {
  it.each([0.05, 0.1, 0.5, 0.9])('keeps 1 - p of the elements, p %s', (p) => {
    for (const seed of [0, 1, 2, 0xffffffff]) {
      const kept = mask(p, seed, 3, 9)
      expect(Math.abs(mean(kept) - (1 - p))).toBeLessThan(FIVE_SIGMA * Math.sqrt(p * (1 - p)))
      for (let word = 0; word < 4; word++) {
        const own = kept.filter((_, i) => i % 4 === word)
        expect(Math.abs(mean(own) - (1 - p))).toBeLessThan(2 * FIVE_SIGMA * Math.sqrt(p * (1 - p)))
      }
    }
  })

  it('keeps everything when p is 0', () => expect(mean(mask(0, 5, 5, 5))).toBe(1))

  it('is new for every step, site and seed, and its neighbours are independent', () => {
    const base = mask(0.5, 42, 7, 3)
    const others = [
      [42, 8, 3],
      [42, 7, 4],
      [43, 7, 3],
      [7, 42, 3],
      [42, 3, 7],
      [42, 7, 0x80000003],
    ].map(([seed, step, site]) => mask(0.5, seed, step, site))
    const moved = [1, 2, 3, 4, 64, 576].map((by) => Float64Array.from(base, (_, i) => base[(i + by) % COUNT]))
    for (const other of [...others, ...moved]) expect(Math.abs(correlation(base, other, 0.5))).toBeLessThan(FIVE_SIGMA)
  })

  it('is the same when drawn again', () => expect(mask(0.3, 1, 2, 3)).toEqual(mask(0.3, 1, 2, 3)))
})

describe('pcg4d', () => {
  // The published code, in exact integers.
  it('equals the formula of the paper, one round longer, modulo 2³²', () => {
    const slow = (from: readonly bigint[]): number[] => {
      const wrap = (n: bigint): bigint => BigInt.asUintN(32, n)
      let [x, y, z, w] = from.map((n) => wrap(n * 1664525n + 1013904223n))
      const round = (): void => {
        x = wrap(x + y * w)
        y = wrap(y + z * x)
        z = wrap(z + x * y)
        w = wrap(w + y * z)
      }
      const fold = (): void => {
        ;[x, y, z, w] = [x, y, z, w].map((n) => n ^ (n >> 16n))
      }
      for (const part of [round, fold, round, fold, round]) part()
      return [x, y, z, w].map(Number)
    }
    const inputs: Parameters<typeof pcg4d>[] = [
      [0, 0, 0, 0],
      [1, 2, 3, 4],
      [0xffffffff, 0x80000000, 12345, 0xdeadbeef],
    ]
    for (const from of inputs) expect(pcg4d(...from)).toEqual(slow(from.map(BigInt)))
  })

  it('changes half of the bits when one bit of its input changes', () => {
    for (const bit of Array.from({ length: 128 }, (_, i) => i)) {
      let changed = 0
      for (let i = 0; i < 64; i++) {
        const from: [number, number, number, number] = [42, i, 7, i * 13]
        const other = [...from] as [number, number, number, number]
        other[bit >> 5] ^= 1 << (bit & 31)
        const b = pcg4d(...other)
        pcg4d(...from).forEach((word, k) => {
          for (let d = word ^ b[k]; d !== 0; d &= d - 1) changed++
        })
      }
      expect(Math.abs(changed / (64 * 128) - 0.5), `bit ${bit}`).toBeLessThan(0.03)
    }
  })
})
