// Thinning keeps the ends, the order and every spike, and looks at a small part of a long run.
import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { append, column, emptyTable } from '../../store/table.ts'
import { pick, thinRows, work } from './thinRows.ts'

describe('thinRows', () => {
  it('leaves short curves alone', () => {
    const values = new Float64Array(100)
    expect(thinRows(values, 100)).toBeUndefined()
    expect(pick(values, undefined)).toEqual(values)
    expect(thinRows(new Float64Array(1000), 100, 900)).toBeUndefined()
    expect(pick(Float64Array.of(1, 2, 3), undefined, 1)).toEqual(Float64Array.of(2, 3))
  })
  it('keeps ends, order, limit and extremes of any curve, from any row on', () => {
    fc.assert(
      fc.property(
        fc.float64Array({ minLength: 21, maxLength: 3000, noNaN: true }),
        fc.integer({ min: 8, max: 20 }),
        fc.nat(400),
        (values, most, start) => {
          const from = values.length - start > most ? start : 0
          const rows = thinRows(values, most, from)
          if (!rows) throw new Error('expected rows')
          expect(rows.length).toBeLessThanOrEqual(most)
          expect([rows[0], rows.at(-1)]).toEqual([from, values.length - 1])
          expect(rows.every((row, i) => i === 0 || row > (rows[i - 1] ?? 0))).toBe(true)
          const [kept, shown] = [pick(values, rows), values.subarray(from)]
          expect(Math.min(...kept) === Math.min(...shown) && Math.max(...kept) === Math.max(...shown)).toBe(true)
        },
      ),
    )
  })
  it('finds a new spike in a column of a million that grows, and looks at what it knows only once', () => {
    let table = emptyTable(1)
    const grow = (count: number): void => {
      for (let i = 0; i < count; i++) table = append(table, [table.rows === 1_000_123 ? 5 : Math.sin(table.rows)])
    }
    grow(1_000_000)
    thinRows(column(table, 0), 4000)
    const before = work.looked
    grow(1000)
    const rows = thinRows(column(table, 0), 4000)
    expect(rows).toContain(1_000_123)
    // Two numbers a block of 64, and what is new: a thirtieth of the curve for each drawing of it.
    expect(work.looked - before).toBeLessThan(36_000)
  })
  it('moves no point of an older stretch while the curve grows by a step', () => {
    const values = Float64Array.from({ length: 20_000 }, (_, i) => Math.sin(i * 1.7))
    const [now, then] = [19_999, 20_000].map((n) => thinRows(values.subarray(0, n), 400))
    if (!now || !then) throw new Error('expected rows')
    expect(then.subarray(0, now.length - 3)).toEqual(now.subarray(0, now.length - 3))
  })
})
