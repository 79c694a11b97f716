import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Row } from './row.ts'
import { ChosenRows, joinRows, RowStore } from './rows.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 30 })
const line = fc.nat()
const row: fc.Arbitrary<Row> = fc.oneof(
  fc.record({ line, kind: fc.constant('text' as const), text }),
  fc.record({ line, kind: fc.constant('completion' as const), prompt: text, completion: text }),
  fc.record({ line, kind: fc.constant('chat' as const), messages: fc.array(fc.record({ role: text, content: text }), { maxLength: 3 }) }),
  fc.record({ line, kind: fc.constant('chat' as const), messages: fc.constant([]), tools: fc.constant([{ name: 'f' }]) }),
)

test('rows come back as they went in, one by one, in a loop, from the end and chosen', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 200 }), (rows) => {
      const store = new RowStore()
      for (const r of rows) store.push(r)
      expect([...store]).toEqual(rows)
      expect(store.length).toBe(rows.length)
      expect([store.at(-1), store.at(rows.length), store.at(0)]).toEqual([rows.at(-1), undefined, rows[0]])
      const odd = [...rows.keys()].filter((i) => i % 2 === 1)
      expect([...new ChosenRows(store, odd)]).toEqual(rows.filter((_, i) => i % 2 === 1))
      expect([...joinRows([store, store])]).toEqual([...rows, ...rows])
    }),
  )
})

test('a row larger than a page is kept whole', () => {
  const store = new RowStore()
  const long = 'ü'.repeat(3 << 20)
  for (const t of ['a', long, 'b']) store.push({ line: 1, kind: 'text', text: t })
  expect(store.map((r) => r.kind === 'text' && r.text.length)).toEqual([1, long.length, 1])
})
