import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IGNORED, planBatches, type Batch } from './batches.ts'
import type { Example } from './examples.ts'

/** Example number n as ids that spell it, so that it is recognised inside a batch. */
const example = (n: number, length: number): Example => ({
  ids: Int32Array.from({ length }, (_, i) => 1000 * (n + 1) + i),
  mask: Uint8Array.from({ length }, (_, i) => (i > 0 && i % 3 !== 1 ? 1 : 0)),
  truncated: false,
})
const anyCase = fc.record({
  lengths: fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 60 }),
  batchSize: fc.integer({ min: 1, max: 9 }),
  maxLength: fc.integer({ min: 8, max: 100 }),
  packing: fc.boolean(),
  seed: fc.nat(),
})
const epochOf = (plan: ReturnType<typeof planBatches>, epoch: number) =>
  Array.from({ length: plan.batchesPerEpoch }, (_, i) => plan.batch(epoch * plan.batchesPerEpoch + i))

/** Every example of a batch, read back from its segments. */
function* examplesOf({ B, T, tokens, positions, segments }: Batch) {
  for (let b = 0; b < B; b++)
    for (let i = 0; i < T; i++) {
      const at = b * T + i
      if (segments[at]! < 0 || positions[at] !== 0) continue
      let end = at
      while (end < (b + 1) * T && segments[end] === segments[at]) end++
      yield { at, ids: Array.from(tokens.subarray(at, end)), positions: Array.from(positions.subarray(at, end)) }
    }
}

test('every epoch holds each example exactly once, whole, with restarting positions', () => {
  fc.assert(
    fc.property(anyCase, fc.nat(3), ({ lengths, ...options }, epoch) => {
      const examples = lengths.map((l, n) => example(n, l))
      const seen: number[] = []
      for (const batch of epochOf(planBatches(examples, options), epoch)) {
        for (const { ids, positions } of examplesOf(batch)) {
          const n = Math.floor(ids[0]! / 1000) - 1
          seen.push(n)
          expect(ids).toEqual(Array.from(examples[n]!.ids.subarray(0, options.maxLength)))
          expect(positions).toEqual(ids.map((_, i) => i))
        }
      }
      expect(seen.sort((a, b) => a - b)).toEqual(lengths.map((_, n) => n))
    }),
  )
})

test('a target is the next token of the same example where it is trained, and nothing elsewhere', () => {
  fc.assert(
    fc.property(anyCase, ({ lengths, ...options }) => {
      const examples = lengths.map((l, n) => example(n, l))
      const plan = planBatches(examples, options)
      for (const batch of epochOf(plan, 0)) {
        const { B, T, tokens, targets, segments } = batch
        let trained = 0
        let count = 0
        for (let at = 0; at < B * T; at++) {
          if (segments[at]! >= 0) count++
          const inside = at % T < T - 1 && segments[at]! >= 0 && segments[at] === segments[at + 1]
          const next = inside ? tokens[at + 1]! : -1
          const learn = inside && examples[Math.floor(next / 1000) - 1]!.mask[next % 1000] === 1
          expect(targets[at]).toBe(learn ? next : IGNORED)
          if (learn) trained++
        }
        expect([batch.tokenCount, batch.trainedTokens]).toEqual([count, trained])
        expect(T % 32).toBe(0)
        expect(plan.shapes).toContainEqual({ B, T })
      }
    }),
  )
})

test('a batch depends on its index alone', () => {
  fc.assert(
    fc.property(anyCase, fc.array(fc.nat(200), { maxLength: 6 }), ({ lengths, ...options }, indices) => {
      const examples = lengths.map((l, n) => example(n, l))
      const plan = planBatches(examples, options)
      for (const i of indices) expect(plan.batch(i)).toEqual(planBatches(examples, options).batch(i))
    }),
  )
})

test('epochs and seeds have orders of their own', () => {
  const examples = Array.from({ length: 40 }, (_, n) => example(n, 10 + (n % 7)))
  const order = (seed: number, epoch: number, packing = false) =>
    epochOf(planBatches(examples, { batchSize: 4, maxLength: 64, packing, seed }), epoch).flatMap((b) =>
      [...examplesOf(b)].map((e) => e.ids[0]),
    )
  expect(order(1, 0)).not.toEqual(order(1, 1))
  expect(order(1, 0)).not.toEqual(order(2, 0))
  expect(order(1, 0, true)).not.toEqual(order(1, 1, true))
})

test('sorting by length and packing waste little', () => {
  const examples = Array.from({ length: 400 }, (_, n) => example(n, 5 + ((n * 37) % 120)))
  const fill = (packing: boolean) => {
    const batches = epochOf(planBatches(examples, { batchSize: 8, maxLength: 128, packing, seed: 1 }), 0)
    return batches.reduce((s, b) => s + b.tokenCount, 0) / batches.reduce((s, b) => s + b.B * b.T, 0)
  }
  expect(fill(false)).toBeGreaterThan(0.75)
  expect(fill(true)).toBeGreaterThan(0.92)
})

test('no examples, no batches', () => {
  const plan = planBatches([], { batchSize: 4, maxLength: 64, packing: false, seed: 1 })
  expect([plan.batchesPerEpoch, plan.shapes]).toEqual([0, []])
  expect(() => plan.batch(0)).toThrow('no batch 0')
})
