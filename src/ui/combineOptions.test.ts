// What a way of combining listens to is what the form shows and what is sent.
import { describe, expect, it } from 'vitest'
import type { CombinationType } from '../protocol/adapters.ts'
import { combineDefaults, combineOptions, combineRequest, combineSpecs } from './combineOptions.ts'
import { usesText } from './usesText.ts'

const uses = [
  { id: 'a', weight: 1 },
  { id: 'b', weight: 0.5 },
]
const heard: Partial<Record<CombinationType, readonly string[]>> = {
  average: [],
  cat: [],
  linear: [],
  svd: ['rank'],
  ties: ['density', 'majoritySign'],
  ties_svd: ['density', 'majoritySign', 'rank'],
  dare_linear: ['density', 'seed'],
  dare_ties_svd: ['density', 'majoritySign', 'rank', 'seed'],
  magnitude_prune: ['density'],
}

describe('combining', () => {
  it.each(Object.entries(heard))('%s listens to %j', (type, knobs) => {
    expect(Object.keys(combineSpecs(type)).sort()).toEqual([...knobs, 'type'].sort())
    const request = combineRequest('both', uses, { ...combineDefaults, type })
    expect(Object.keys(request).sort()).toEqual([...knobs, 'adapters', 'name', 'type'].sort())
    expect(request.type).toBe(type)
  })

  it('says of every way what it does', () => {
    for (const { help } of combineOptions.type.choices) expect(help).toMatch(/^\p{Lu}?.{20,}\.$/u)
  })
})

describe('the adapters of an answer', () => {
  it('are told with their weights, or as the base', () => {
    expect(usesText(uses, undefined)).toBe('a + b × 0.5')
    expect(usesText([], undefined)).toBe('the base')
  })
})
