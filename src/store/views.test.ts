import { expect, test } from 'vitest'
import { firstViews, readViews } from './views.ts'

test('views are read back as they were, and what somebody else wrote there is passed over', () => {
  const views = { curves: { smoothed: false, raw: true, log: true, last: 100 }, compared: { log: true, more: true }, runs: { query: 'x', status: 'done', by: 'loss', descending: false } } as const
  expect(readViews(JSON.parse(JSON.stringify(views)))).toEqual(views)
  for (const other of [undefined, 3, [], { curves: 'x', compared: [], runs: null }, { curves: { last: -1, log: 3 }, runs: { query: 3, status: 'gone', by: 'toString', descending: 'x' } }]) expect(readViews(other)).toEqual(firstViews)
  expect(readViews({ curves: { smoothed: false, raw: false } }).curves).toEqual({ smoothed: false, raw: true, log: false })
})
