import { describe, expect, it } from 'vitest'
import { mapSpread, medianOf, spreadOf } from './spread.ts'

describe('spread', () => {
  it('takes the middle, or the mean of the two in the middle', () => {
    expect(medianOf([5, 1, 3])).toBe(3)
    expect(medianOf([4, 1, 3, 100])).toBe(3.5)
    expect(medianOf([])).toBeNaN()
    expect(spreadOf([2, 9, 4])).toEqual({ median: 4, min: 2, max: 9, count: 3 })
  })

  it('keeps least below most where a rate falls as its time rises', () => {
    expect(mapSpread(spreadOf([2, 4, 8]), (ms) => 1000 / ms)).toEqual({ median: 250, min: 125, max: 500, count: 3 })
  })
})
