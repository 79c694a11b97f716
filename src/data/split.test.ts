import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rowKey, type Row } from './row.ts'
import type { Rows } from './rows.ts'
import { splitRows } from './split.ts'

const rows = (texts: readonly string[]): Row[] => texts.map((text, i) => ({ line: i + 1, kind: 'text', text }))
const manyTexts = fc.array(fc.string({ maxLength: 2 }), { maxLength: 80 })

test('each row lands on one side, equal rows on the same, in the order of the file', () => {
  fc.assert(
    fc.property(manyTexts, fc.double({ min: 0, max: 0.5, noNaN: true }), fc.nat(), (texts, share, seed) => {
      const all = rows(texts)
      const { train, validation } = splitRows(all, share, seed)
      const lines = (r: Rows) => r.map((row) => row.line)
      expect([...lines(train), ...lines(validation)].sort((a, b) => a - b)).toEqual(lines(all))
      expect(lines(train)).toEqual([...lines(train)].sort((a, b) => a - b))
      const held = new Set(validation.map((row) => rowKey(row)))
      for (const row of train) expect(held.has(rowKey(row))).toBe(false)
      expect(validation.length).toBeLessThanOrEqual(Math.round(texts.length * share))
      const again = splitRows(rows(texts), share, seed)
      expect([lines(again.train), lines(again.validation)]).toEqual([lines(train), lines(validation)])
    }),
  )
})

test('distinct rows split as asked, and the seed decides which', () => {
  const all = rows(Array.from({ length: 100 }, (_, i) => `row ${i}`))
  expect(splitRows(all, 0.1, 1).validation).toHaveLength(10)
  expect([...splitRows(all, 0.1, 1).validation]).not.toEqual([...splitRows(all, 0.1, 2).validation])
  expect(splitRows(all, 0, 1).train).toHaveLength(100)
})

test('rows that differ in case and punctuation only land on one side', () => {
  const all = rows(Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? `Row ${i >> 1}!` : `row ${i >> 1}`)))
  const { train, validation } = splitRows(all, 0.2, 3)
  const bare = (r: Rows) => new Set(r.map((row) => (row.kind === 'text' ? row.text.toLowerCase().replace('!', '') : '')))
  expect(validation.length).toBe(40)
  const kept = bare(train)
  expect([...bare(validation)].filter((text) => kept.has(text))).toEqual([])
})
