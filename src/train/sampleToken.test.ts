import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GREEDY, sampleToken, type Sampling } from './sampleToken.ts'

const logits = Float32Array.of(1, 3, 2, 3, -5)
const plain: Sampling = { temperature: 1, topK: 0, topP: 1, seed: 1 }

/** Share of each token over many draws. */
function shares(sampling: Sampling, of = logits, draws = 20_000): number[] {
  const counts = new Array<number>(of.length).fill(0)
  for (let i = 0; i < draws; i++) counts[sampleToken(of, sampling, i)]++
  return counts.map((n) => n / draws)
}
const softmax = (x: readonly number[]): number[] => {
  const e = x.map(Math.exp)
  const total = e.reduce((n, v) => n + v, 0)
  return e.map((v) => v / total)
}
const near = (found: readonly number[], expected: readonly number[]): void =>
  found.forEach((share, i) =>
    expect(Math.abs(share - expected[i]), `token ${i}: ${share}, expected ${expected[i]}`).toBeLessThan(0.015),
  )

describe('sampleToken', () => {
  it('is greedy at temperature 0, the first of equals', () => {
    expect(sampleToken(logits, GREEDY, 0)).toBe(1)
    expect(sampleToken(Float32Array.of(-3, -2), GREEDY, 7)).toBe(1)
  })

  it('draws each token as often as its probability', () => {
    near(shares(plain), softmax([1, 3, 2, 3, -5]))
    near(shares({ ...plain, temperature: 2 }), softmax([0.5, 1.5, 1, 1.5, -2.5]))
    near(shares({ ...plain, temperature: 0.25 }), softmax([4, 12, 8, 12, -20]))
  })

  it('keeps the best k', () => {
    near(shares({ ...plain, topK: 3 }), softmax([Number.NEGATIVE_INFINITY, 3, 2, 3, Number.NEGATIVE_INFINITY]))
    expect(new Set(shares({ ...plain, topK: 1 }))).toEqual(new Set([0, 1]))
  })

  it('keeps the fewest tokens that reach p, at least one', () => {
    // Probabilities 0.5, 0.3, 0.15, 0.05.
    const four = Float32Array.from([0.15, 0.5, 0.05, 0.3], Math.log)
    near(shares({ ...plain, topP: 0.45 }, four), [0, 1, 0, 0])
    near(shares({ ...plain, topP: 0.79 }, four), [0, 0.625, 0, 0.375])
    near(shares({ ...plain, topP: 0.9 }, four), [0.15 / 0.95, 0.5 / 0.95, 0, 0.3 / 0.95])
    near(shares({ ...plain, topP: 1 }, four), [0.15, 0.5, 0.05, 0.3])
    near(shares({ ...plain, topP: 1e-6 }, four), [0, 1, 0, 0])
  })

  it('applies k before p, as transformers does', () => {
    const four = Float32Array.from([0.15, 0.5, 0.05, 0.3], Math.log)
    // Of the two best, the first alone is 0.625.
    near(shares({ ...plain, topK: 2, topP: 0.6 }, four), [0, 1, 0, 0])
  })

  it('chooses alike for the same seed and number, and always an existing token', () => {
    const sampling = fc.record({
      temperature: fc.double({ min: 0, max: 5, noNaN: true }),
      topK: fc.nat(8),
      topP: fc.double({ min: 0, max: 1, noNaN: true }),
      seed: fc.nat(),
    })
    const values = fc.array(fc.float({ noNaN: true, min: -60, max: 60 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(sampling, values, fc.nat(1000), (s, x, i) => {
        const of = Float32Array.from(x)
        const token = sampleToken(of, s, i)
        expect(token).toBe(sampleToken(of, s, i))
        expect(Number.isInteger(token) && token >= 0 && token < x.length).toBe(true)
      }),
    )
    expect(shares(plain)).not.toEqual(shares({ ...plain, seed: 2 }))
  })
})
