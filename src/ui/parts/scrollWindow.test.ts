// Every row of a list of any length can be reached, by steps and by drags, in a scroller that browsers can make.
import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { inSight, MOST_PIXELS, moved, scrollerHeight, scrollTopAt, type Extent, type Position } from './scrollWindow.ts'

const million: Extent = { rows: 1_000_000, rowHeight: 32, height: 320 }
const top: Position = { top: 0, scrollTop: 0 }
const bottom = scrollerHeight(million) - million.height

describe('scrollWindow', () => {
  it('keeps the scroller within what browsers can make, and short lists as they are', () => {
    expect(scrollerHeight(million)).toBe(MOST_PIXELS)
    expect(scrollerHeight({ ...million, rows: 50 })).toBe(1600)
    const short = { ...million, rows: 50 }
    expect(moved({ top: 100, scrollTop: 100 }, 900, short)).toEqual({ top: 900, scrollTop: 900 })
  })
  it('shows the first and the last row at the ends, and a few dozen rows anywhere', () => {
    expect(inSight(top, million)).toEqual({ first: 0, count: 14 })
    const end = moved(top, bottom, million)
    const { first, count } = inSight(end, million)
    expect(first + count).toBe(1_000_000)
    fc.assert(
      fc.property(fc.double({ min: 0, max: bottom, noNaN: true }), (scrollTop) => {
        const sight = inSight(moved(top, scrollTop, million), million)
        expect(sight.count).toBeLessThanOrEqual(20)
        expect(sight.first).toBeGreaterThanOrEqual(0)
        expect(sight.first + sight.count).toBeLessThanOrEqual(1_000_000)
      }),
    )
  })
  it('moves by as many pixels as the wheel does, although the scroller is shorter than the list', () => {
    let at = moved(top, bottom / 2, million)
    const before = at.top
    for (let i = 0; i < 20; i++) at = moved(at, at.scrollTop + 100, million)
    expect(at.top - before).toBe(2000)
  })
  it('goes to a row and back to where the scroller stands for it', () => {
    fc.assert(
      fc.property(fc.nat(999_000), (row) => {
        const wanted = row * million.rowHeight
        const at = moved(top, scrollTopAt(wanted, million), million)
        const close = Math.abs(at.top - wanted) < 1 || Math.abs(scrollTopAt(wanted, million)) <= 2 * million.height
        expect(close).toBe(true)
      }),
    )
  })
})
