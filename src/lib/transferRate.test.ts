import { expect, it } from 'vitest'
import { TransferRate } from './transferRate.ts'

it('tells the pace of the last seconds, not of the whole time', () => {
  let now = 0
  const rate = new TransferRate(() => now)
  expect(rate.perSecond()).toBeUndefined()
  for (; now <= 500; now += 100) rate.add(100)
  expect(rate.perSecond()).toBeUndefined()
  for (; now <= 20_000; now += 100) rate.add(100)
  now -= 100
  expect(rate.perSecond()).toBeCloseTo(1000, 0)
  for (let i = 0; i < 100; i++) {
    now += 100
    rate.add(10)
  }
  expect(rate.perSecond()).toBeCloseTo(100, 0)
  // Nothing arrives any more.
  now += 8000
  expect(rate.perSecond()).toBeLessThan(60)
})
