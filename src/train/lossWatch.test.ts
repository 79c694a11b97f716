// A loss that leaves and stays away is told from spikes, from slow learning and from losses near 0.
import { describe, expect, it } from 'vitest'
import { uniform } from '../lib/rng.ts'
import { LossWatch } from './lossWatch.ts'

const heard = (losses: readonly number[]): LossWatch => {
  const watch = new LossWatch()
  losses.forEach((loss, i) => watch.hear(i + 1, loss))
  return watch
}
const times = (n: number, of: (i: number) => number): number[] => Array.from({ length: n }, (_, i) => of(i))
const noise = (i: number): number => 0.3 * Math.sin(i * 12.9898)

describe('LossWatch', () => {
  const calm = times(120, (i) => 2 + noise(i))
  it('knows when a loss has left and stayed away, and since when', () => {
    const watch = heard([...calm, ...times(14, (i) => 7 + noise(i))])
    expect([watch.strayed, watch.strays, watch.lastCalm]).toEqual([undefined, true, 120])
    watch.hear(135, 6.9)
    expect(watch.strayed).toMatchObject({ since: 120 })
    expect(() => watch.requireNear()).toThrow(/^The loss was near (1\.9|2\.0)\d, left that level after step 120 and now stays near 6\.\d\d\.$/)
  })
  it.each([
    ['spikes that come back', times(400, (i) => (i % 15 > 8 ? 9 : 2))],
    ['a start far above what follows', times(200, (i) => 9 * Math.exp(-i / 30) + noise(i))],
    ['rough losses near 0', times(400, (i) => (i % 3 === 0 ? 0.02 : 0.9))],
    ['a slow rise', times(400, (i) => 2 + i / 200)],
    ['a high loss from the start', times(400, () => 11)],
    ['too little to compare with', [...times(10, () => 1), ...times(39, () => 9)]],
    // Single rows of mixed difficulty.
    ['losses all over the place', times(20_000, (i) => 4 * uniform(7, 1, i))],
  ])('lets %s be', (_, losses) => {
    const watch = new LossWatch()
    losses.forEach((loss, i) => {
      watch.hear(i + 1, loss)
      expect(watch.strayed).toBeUndefined()
    })
  })
  it('is calm again after a spike', () => {
    const watch = heard([...calm, 9])
    expect(watch.strays).toBe(true)
    watch.hear(122, 2)
    expect([watch.strays, watch.lastCalm]).toEqual([false, 122])
  })
  it('hears the same in a continued run', () => {
    const losses = [...calm, ...times(30, () => 8)]
    const events = losses.map((loss, i) => ({ type: 'step' as const, step: i + 1, steps: 150, loss, learningRate: 0, gradNorm: 1, tokens: 1, trainedTokens: 1, ms: 1 }))
    const watch = new LossWatch()
    watch.restore([...events.slice(0, 132), ...events.slice(125)], 130)
    expect(watch.strays).toBe(true)
    losses.slice(130).forEach((loss, i) => watch.hear(131 + i, loss))
    expect(watch.strayed).toEqual(heard(losses).strayed)
    expect(watch.strayed).toBeDefined()
  })
})
