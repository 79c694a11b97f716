import { describe, expect, it } from 'vitest'
import { evenly, heatOf, levelName } from './heat.ts'

describe('heatOf', () => {
  const heat = heatOf({ layers: 2, at: [{ step: 1, norms: [[1, 4], [2, 0]] }, { step: 2, norms: [[-1, 0.25], [1, 1], [2, 2]] }] })
  it('puts the lowest level at the bottom and leaves open what did not train yet', () => {
    expect(heat.levels).toEqual([2, 1, -1])
    expect(heat.columns).toEqual([[0, 4, undefined], [2, 1, 0.25]])
    expect(heat.levels.map((level) => levelName(level, 2))).toEqual(['above', 'layer 2', 'embeddings'])
  })
  it('tints by the logarithm', () => {
    expect([heat.least, heat.most]).toEqual([0.25, 4])
    expect([0, 0.25, 1, 4].map((n) => Number(heat.strength(n).toFixed(2)))).toEqual([0, 0.06, 0.53, 1])
    expect(heatOf({ layers: 1, at: [{ step: 1, norms: [[0, 3]] }] }).strength(3)).toBeCloseTo(0.53)
    expect(heatOf({ layers: 1, at: [{ step: 1, norms: [[0, 0]] }] })).toMatchObject({ least: 0, most: 0 })
  })
  it('takes few of many, ends included', () => {
    expect(evenly(3, 8)).toEqual([0, 1, 2])
    expect(evenly(100, 4)).toEqual([0, 33, 66, 99])
  })
})
