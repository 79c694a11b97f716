// A loss that leaves and stays away is told from spikes, from slow learning and from losses near 0.
import { describe, expect, it } from 'vitest'
import { LossWatch } from './lossWatch.ts'

const heard = (losses: readonly number[]): LossWatch => {
  const watch = new LossWatch()
  losses.forEach((loss, i) => watch.hear(i + 1, loss))
  return watch
}
const times = (n: number, of: (i: number) => number): number[] => Array.from({ length: n }, (_, i) => of(i))
const noise = (i: number): number => 0.3 * Math.sin(i * 12.9898)

describe('LossWatch', () => {
  it('knows when a loss has left and stayed away, and since when', () => {
    const calm = times(60, (i) => 2 + noise(i))
    const watch = heard([...calm, ...times(19, (i) => 7 + noise(i))])
    expect(watch.strayed).toBeUndefined()
    expect(watch.strays).toBe(true)
    expect(watch.lastCalm).toBe(60)
    watch.hear(80, 6.2)
    expect(watch.strayed).toMatchObject({ since: 61, above: 6.2 })
    expect(watch.strayed?.median).toBeCloseTo(2, 0)
    expect(() => watch.requireNear()).toThrow(/^The loss was near (1\.9|2\.0)\d, left at step 61 and has stayed above 6\.20 since\.$/)
  })
  it.each([
    ['spikes that come back', times(400, (i) => (i % 15 > 8 ? 9 : 2))],
    ['a start far above what follows', times(200, (i) => 9 * Math.exp(-i / 30) + noise(i))],
    ['rough losses near 0', times(400, (i) => (i % 3 === 0 ? 0.02 : 0.9))],
    ['a slow rise', times(400, (i) => 2 + i / 200)],
    ['a high loss from the start', times(400, () => 11)],
    ['too little to compare with', [...times(10, () => 1), ...times(40, () => 9)]],
  ])('lets %s be', (_, losses) => expect(heard(losses).strayed).toBeUndefined())
  it('hears the same in a continued run', () => {
    const losses = [...times(60, (i) => 2 + noise(i)), ...times(30, () => 8)]
    const events = losses.map((loss, i) => ({ type: 'step' as const, step: i + 1, steps: 90, loss, learningRate: 0, gradNorm: 1, tokens: 1, trainedTokens: 1, ms: 1 }))
    const watch = new LossWatch()
    watch.restore([...events.slice(0, 72), ...events.slice(65)], 70)
    expect(watch.strays).toBe(true)
    losses.slice(70).forEach((loss, i) => watch.hear(71 + i, loss))
    expect(watch.strayed).toEqual(heard(losses).strayed)
  })
})
