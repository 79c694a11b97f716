import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bits, normal, shuffle, streamOf, uniform } from './rng.ts'

const n = 50_000
const mean = (f: (i: number) => number) => Array.from({ length: n }, (_, i) => f(i)).reduce((a, b) => a + b, 0) / n

test('numbers never change: a stored run depends on them', () => {
  expect([bits(42, 0, 0), bits(42, 0, 1), bits(42, 1, 0), bits(43, 0, 0)]).toMatchInlineSnapshot(`
    [
      2380384556,
      1867474924,
      1791501600,
      2633987055,
    ]
  `)
  expect([...shuffle(8, 42)]).toMatchInlineSnapshot(`
    [
      1,
      3,
      4,
      6,
      0,
      7,
      5,
      2,
    ]
  `)
  expect(streamOf('lora_A')).toMatchInlineSnapshot(`857991841`)
})

test('moments of the distributions', () => {
  expect(mean((i) => uniform(1, 2, i))).toBeCloseTo(0.5, 2)
  expect(mean((i) => uniform(1, 2, i) ** 2)).toBeCloseTo(1 / 3, 2)
  expect(Math.abs(mean((i) => normal(1, 2, i)))).toBeLessThan(0.02)
  expect(Math.abs(mean((i) => normal(1, 2, i) ** 2) - 1)).toBeLessThan(0.03)
})

test('neighbours, streams and seeds do not correlate', () => {
  const centred = (seed: number, stream: number, i: number) => uniform(seed, stream, i) - 0.5
  for (const other of [
    (i: number) => centred(1, 2, i + 1),
    (i: number) => centred(1, 3, i),
    (i: number) => centred(2, 2, i),
    (i: number) => centred(2, 1, i),
  ])
    expect(Math.abs(mean((i) => centred(1, 2, i) * other(i)))).toBeLessThan(0.002)
})

test('large counters and seeds are distinct from their lower words', () => {
  expect(bits(1, 0, 2 ** 32 + 5)).not.toBe(bits(1, 0, 5))
  expect(bits(2 ** 32 + 1, 0, 5)).not.toBe(bits(1, 0, 5))
})

test('a shuffle is a permutation and each place is equally likely', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(), (size, seed) => {
      expect([...shuffle(size, seed)].sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => i))
    }),
  )
  const first = new Array<number>(5).fill(0)
  for (let seed = 0; seed < 5000; seed++) {
    const at = shuffle(5, seed)[0] ?? 0
    first[at] = (first[at] ?? 0) + 1
  }
  for (const count of first) expect(Math.abs(count - 1000)).toBeLessThan(150)
})
