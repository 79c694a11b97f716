import { describe, expect, it } from 'vitest'
import { adamwHyper } from './adamwHyper.ts'
import { schedule, type ScheduleName } from './schedule.ts'

const curve = (name: ScheduleName, warmup: number, steps: number): number[] =>
  Array.from({ length: steps + 1 }, (_, step) => schedule(name, step, warmup, steps))

describe('schedule', () => {
  // Printed by transformers.get_scheduler(name, optimizer of rate 1, warmup, 8).get_last_lr() before each step.
  it.each([
    ['linear', 3, [0, 1 / 3, 2 / 3, 1, 0.8, 0.6, 0.4, 0.2, 0]],
    ['linear', 0, [1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125, 0]],
    ['constant', 2, [0, 0.5, 1, 1, 1, 1, 1, 1, 1]],
    ['constant', 0, [1, 1, 1, 1, 1, 1, 1, 1, 1]],
    [
      'cosine',
      0,
      [
        1, 0.9619397662556434, 0.8535533905932737, 0.6913417161825449, 0.5, 0.3086582838174552, 0.14644660940672627,
        0.03806023374435663, 0,
      ],
    ],
    ['cosine', 4, [0, 0.25, 0.5, 0.75, 1, 0.8535533905932737, 0.5, 0.14644660940672627, 0]],
  ] as const)('%s after %i steps of warm-up', (name, warmup, expected) => {
    curve(name, warmup, 8).forEach((rate, step) => expect(rate).toBeCloseTo(expected[step], 14))
  })

  it('never leaves 0 to 1, however the steps and the warm-up fall', () => {
    for (const name of ['cosine', 'linear', 'constant'] as const)
      for (const [warmup, steps] of [
        [0, 1],
        [1, 1],
        [5, 3],
        [10, 10],
      ] as const)
        for (const rate of curve(name, warmup, steps)) expect(rate >= 0 && rate <= 1).toBe(true)
  })
})

describe('adamwHyper', () => {
  const options = { beta1: 0.9, beta2: 0.999, eps: 1e-8, maxGradNorm: 1 }

  it('corrects both moments for their start at zero', () => {
    const f = Math.fround
    expect([...adamwHyper(options, 1e-3, 1)]).toEqual([f(1e-3), f(0.9), f(0.999), f(1e-8), 10, f(1 / Math.sqrt(1 - 0.999)), 1, 0])
    const late = adamwHyper(options, 1e-3, 100_000)
    expect([late[4], late[5]]).toEqual([1, 1])
  })
})
