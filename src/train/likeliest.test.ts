import { expect, it } from 'vitest'
import { uniform } from '../lib/rng.ts'
import { likeliest } from './likeliest.ts'

it('finds what sorting all probabilities finds', () => {
  const logits = Float32Array.from({ length: 500 }, (_, i) => 8 * uniform(1, 2, i) + 80)
  const sum = logits.reduce((n, z) => n + Math.exp(z), 0)
  const order = [...logits.keys()].toSorted((a, b) => logits[b] - logits[a])
  const { top, chosen } = likeliest(logits, 8, order[99])
  expect(top.map((t) => t.id)).toEqual(order.slice(0, 8))
  for (const { id, probability } of top) expect(probability).toBeCloseTo(Math.exp(logits[id]) / sum, 6)
  expect(chosen).toBeCloseTo(Math.exp(logits[order[99]]) / sum, 9)
})

it('prefers the earlier of equals, as the greedy choice does, and asks for no more than there are', () => {
  const { top, chosen } = likeliest(Float32Array.of(1, 3, 3, 0), 9, 1)
  expect(top.map((t) => t.id)).toEqual([1, 2, 0, 3])
  expect(chosen).toBe(top[0].probability)
  expect(top.reduce((n, t) => n + t.probability, 0)).toBeCloseTo(1, 6)
})
