// A table is a value: whoever holds one never sees it change.
import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { append, cell, column, emptyTable, rowsBelow, type Table } from './table.ts'

const keys = (table: Table): number[] => [...column(table, 0)]
const grown = (count: number): Table => {
  let table = emptyTable(2)
  for (let i = 1; i <= count; i++) table = append(table, [i, i * 10])
  return table
}

describe('table', () => {
  it('keeps its rows while a later table grows', () => {
    const three = grown(3)
    const five = append(append(three, [4, 40]), [5, 50])
    expect(keys(three)).toEqual([1, 2, 3])
    expect(keys(five)).toEqual([1, 2, 3, 4, 5])
    expect([...column(five, 1)]).toEqual([10, 20, 30, 40, 50])
  })

  it('lets two tables grow from the same one', () => {
    const base = grown(2)
    const left = append(base, [3, 1])
    const right = append(base, [3, 2])
    expect([cell(left, 2, 1), cell(right, 2, 1)]).toEqual([1, 2])
  })

  it('grows past its first capacity and shares the buffer on the way', () => {
    const table = grown(2000)
    expect(table.rows).toBe(2000)
    expect(cell(table, 1999, 1)).toBe(20_000)
    expect(append(grown(10), [11, 0]).rows).toBe(11)
    const ten = grown(10)
    expect(append(ten, [11, 0]).buffer).toBe(ten.buffer)
  })

  it('goes back to a key without touching the longer table', () => {
    const ten = grown(10)
    const four = rowsBelow(ten, 5)
    const other = append(four, [5, 555])
    expect(keys(four)).toEqual([1, 2, 3, 4])
    expect(cell(ten, 4, 1)).toBe(50)
    expect(cell(other, 4, 1)).toBe(555)
    expect(rowsBelow(ten, 11)).toBe(ten)
  })

  it('says which columns there are', () => {
    expect(() => column(grown(1), 2)).toThrow('The table has 2 columns; column 2 was asked for.')
  })

  it('equals a plain array after any appends and returns', () => {
    const move = fc.oneof(fc.constant('append' as const), fc.integer({ min: 1, max: 400 }))
    fc.assert(
      fc.property(fc.array(move, { maxLength: 600 }), (moves) => {
        let table = emptyTable(1)
        let model: number[] = []
        for (const m of moves) {
          const next = (model.at(-1) ?? 0) + 1
          table = m === 'append' ? append(table, [next]) : rowsBelow(table, m)
          model = m === 'append' ? [...model, next] : model.filter((k) => k < m)
        }
        expect(keys(table)).toEqual(model)
      }),
      { numRuns: 50 },
    )
  })
})
