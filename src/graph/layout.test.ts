// Every element, row and column is covered by exactly the workgroups that are dispatched, at any size.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { columnLanes, elements, rowLanes, rowsOf, widthOf } from './layout.ts'
import { requireShape } from './require.ts'

const count = ([x, y, z]: readonly [number, number, number]): number => x * y * z
const size = fc.integer({ min: 1, max: 300_000 })

describe('layout', () => {
  it('sees the last dimension as columns', () => {
    expect(rowsOf([2, 3, 5])).toEqual([6, 5])
    expect(rowsOf([7])).toEqual([1, 7])
    expect(widthOf(8, 12, 0)).toBe(4)
    expect(widthOf(8, 13)).toBe(1)
  })

  it('gives every element a lane', () => {
    fc.assert(fc.property(size, (n) => count(elements(n).workgroups) * 256 * elements(n).width >= n))
    // The largest tensor: two dimensions, and numbers of lanes that fit 32 bits.
    const { workgroups } = elements(2 ** 31 - 1)
    expect(Math.max(...workgroups)).toBeLessThanOrEqual(65_535)
    expect(count(workgroups) * 256).toBeLessThan(2 ** 32)
  })

  it('gives every row a power of two of lanes', () => {
    fc.assert(
      fc.property(size, size, (rows, columns) => {
        const { workgroups, defines } = rowLanes(rows, columns)
        expect(Number.isInteger(Math.log2(defines.LANES)) && defines.LANES <= 256).toBe(true)
        expect(count(workgroups) * (256 / defines.LANES)).toBeGreaterThanOrEqual(rows)
      }),
    )
  })

  it('cuts columns into chunks of rows, none empty, few enough for one more stage', () => {
    fc.assert(
      fc.property(size, size, (rows, columns) => {
        const { chunks, tiles, workgroups, params, defines } = columnLanes(rows, columns)
        expect(chunks * params.chunk).toBeGreaterThanOrEqual(rows)
        expect((chunks - 1) * params.chunk).toBeLessThan(rows)
        expect(tiles * defines.COLUMNS).toBeGreaterThanOrEqual(params.columns)
        expect(count(workgroups)).toBeGreaterThanOrEqual(chunks * tiles)
        expect(columnLanes(chunks, columns).chunks).toBe(1)
      }),
    )
  })
})

it('names both shapes when inputs do not fit', () => {
  expect(() => requireShape('rmsNorm', 'w', [576], [64])).toThrow('rmsNorm: w should be [576], found [64].')
})
