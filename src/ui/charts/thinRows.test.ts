// Thinning keeps the ends, the order and every spike.
import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { pick, thinRows } from './thinRows.ts'

describe('thinRows', () => {
  it('leaves short curves alone', () => {
    const values = new Float64Array(100)
    expect(thinRows(values, 100)).toBeUndefined()
    expect(pick(values, undefined)).toBe(values)
  })
  it('keeps ends, order, limit and extremes of any curve', () => {
    fc.assert(
      fc.property(
        fc.float64Array({ minLength: 21, maxLength: 3000, noNaN: true }),
        fc.integer({ min: 8, max: 20 }),
        (values, most) => {
          const rows = thinRows(values, most)
          if (!rows) throw new Error('expected rows')
          expect(rows.length).toBeLessThanOrEqual(most)
          expect([rows[0], rows.at(-1)]).toEqual([0, values.length - 1])
          expect(rows.every((row, i) => i === 0 || row > (rows[i - 1] ?? 0))).toBe(true)
          const kept = pick(values, rows)
          expect(Math.min(...kept) === Math.min(...values) && Math.max(...kept) === Math.max(...values)).toBe(true)
        },
      ),
    )
  })
  it('costs a few milliseconds for a million steps', () => {
    const values = Float64Array.from({ length: 1_000_000 }, (_, i) => Math.sin(i))
    const from = performance.now()
    thinRows(values, 4000)
    expect(performance.now() - from).toBeLessThan(200)
  })
})
