import { describe, expect, it } from 'vitest'
import { keepLargest, keepRandom } from './sparsify.ts'

describe('what stays of an update', () => {
  it.each([
    { x: [3, -5, 1, -2, 4], density: 0.4, kept: [0, -5, 0, 0, 4] },
    { x: [3, -5, 1, -2, 4], density: 0.79, kept: [3, -5, 0, 0, 4] },
    // Of equal values the earlier ones, and never one too many.
    { x: [1, -1, 1, -1], density: 0.5, kept: [1, -1, 0, 0] },
    { x: [2, 1, -1, 1, -3], density: 0.6, kept: [2, 1, 0, 0, -3] },
    { x: [0, 0, 0], density: 0.7, kept: [0, 0, 0] },
    { x: [3, -5], density: 0.4, kept: [0, 0] },
    { x: [3, -5], density: 1, kept: [3, -5] },
  ])('is $kept of $x at $density', ({ x, density, kept }) => expect([...keepLargest(Float32Array.from(x), density)]).toEqual(kept))

  it('is scaled up where it was chosen at random, and whole at a density of 1', () => {
    const x = Float32Array.of(1, 2, 3, 4)
    expect([...keepRandom(x, 0.25, (i) => i === 2)]).toEqual([0, 0, 12, 0])
    expect(keepRandom(x, 1, () => false)).toBe(x)
  })
})
