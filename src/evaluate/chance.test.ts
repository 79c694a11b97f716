// Intervals and tests against numbers from elsewhere: Wilson's and McNemar's formulas worked out with Python's exact integers.
import { describe, expect, it } from 'vitest'
import { uniform } from '../lib/rng.ts'
import { mcNemar } from './mcNemar.ts'
import { pairedBootstrap } from './pairedBootstrap.ts'
import { wilson } from './wilson.ts'

describe('Wilson', () => {
  it.each([
    [0, 10, 0, 0.2775327998628892],
    [10, 10, 0.7224672001371107, 1],
    [81, 263, 0.2552885198782742, 0.36620957698280004],
    [37, 50, 0.6044684273515117, 0.8412847250644762],
    [1, 2, 0.09453120573423074, 0.9054687942657693],
  ])('%i of %i', (right, total, low, high) => {
    const found = wilson(right, total)
    expect(found.low).toBeCloseTo(low, 12)
    expect(found.high).toBeCloseTo(high, 12)
  })
  it('knows nothing of nothing', () => expect(wilson(0, 0)).toEqual({ low: 0, high: 1 }))
})

describe('McNemar', () => {
  it.each([
    [0, 0, 1],
    [1, 0, 1],
    [5, 0, 0.0625],
    [6, 0, 0.03125],
    [10, 2, 0.03857421875],
    [3, 7, 0.34375],
    [1500, 1400, 0.06598734966518381],
    [40, 1, 3.8198777474462986e-11],
  ])('%i gained, %i lost', (gained, lost, p) => expect(mcNemar(gained, lost) / p).toBeCloseTo(1, 9))
})

describe('paired bootstrap', () => {
  const mean = ([sum, count]: readonly number[]): number => sum / count
  const rows = (n: number, of: (i: number) => number) => Array.from({ length: n }, (_, i): number[] => [of(i), 1])
  it('finds no difference where there is none, and the whole of one that is always there', () => {
    const before = rows(40, (i) => uniform(1, 2, i))
    expect(pairedBootstrap(before, before, mean, 7)).toMatchObject({ difference: { low: 0, high: 0 }, p: 1 })
    const shifted = pairedBootstrap(before, before.map(([x, one]) => [x + 0.5, one]), mean, 7)
    expect(shifted.difference.low).toBeCloseTo(0.5, 9)
    expect(shifted.difference.high).toBeCloseTo(0.5, 9)
    expect(shifted.p).toBeCloseTo(1 / 1001, 9)
  })
  it('gives the interval of the mean that theory gives, and the same for the same seed', () => {
    const [before, after] = [rows(400, () => 0), rows(400, (i) => uniform(3, 4, i))]
    const found = pairedBootstrap(before, after, mean, 1)
    // The mean of 400 uniform numbers has a standard error of √(1/12/400).
    const [average, error] = [mean(after.reduce(([a, n], [x]) => [a + x, n + 1], [0, 0])), Math.sqrt(1 / 12 / 400)]
    expect(found.after.low).toBeCloseTo(average - 1.96 * error, 2)
    expect(found.after.high).toBeCloseTo(average + 1.96 * error, 2)
    expect(pairedBootstrap(before, after, mean, 1)).toEqual(found)
    expect(pairedBootstrap(before, after, mean, 2)).not.toEqual(found)
  })
  it('calls one in twenty of chance’s differences real, within what forty trials can tell', () => {
    const called = Array.from({ length: 40 }, (_, t) => {
      const [a, b] = [rows(60, (i) => uniform(t, 1, i)), rows(60, (i) => uniform(t, 2, i))]
      return pairedBootstrap(a, b, mean, t, 400).p < 0.05
    }).filter(Boolean).length
    expect(called).toBeLessThanOrEqual(6)
  })
})
