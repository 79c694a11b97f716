// Rows are found by number and by text, a million of them without being kept twice.
import { describe, expect, it } from 'vitest'
import { RowBrowser } from './rowBrowser.ts'
import type { Row } from './row.ts'
import { RowStore, type Rows } from './rows.ts'

const store = (count: number): RowStore => {
  const rows = new RowStore()
  for (let i = 0; i < count; i++) rows.push({ line: i + 1, kind: 'completion', prompt: `Question ${i}`, completion: i % 1000 === 7 ? 'Rare ANSWER' : 'yes' })
  return rows
}
/** Rows by formula, which says how many were read. */
const formula = (length: number): Rows & { reads: number } => {
  const at = (i: number): Row => {
    rows.reads++
    return { line: i + 1, kind: 'text', text: `text ${i}` }
  }
  const rows = { reads: 0, length, at, map: () => [], *[Symbol.iterator]() {} }
  return rows
}

describe('RowBrowser', () => {
  it('reads only the rows of a page, anywhere in a million', async () => {
    const rows = formula(1_000_000)
    const page = await new RowBrowser(rows).page(999_990, 50, '')
    expect(page.found).toBe(1_000_000)
    expect(page.rows).toHaveLength(10)
    expect(page.rows.at(-1)).toEqual({ number: 999_999, line: 1_000_000, asked: 'text 999999', answered: '' })
    expect(rows.reads).toBe(10)
  })
  it('finds a text in any case, remembers what it found, and pages through it', async () => {
    const browser = new RowBrowser(store(25_000))
    const first = await browser.page(0, 10, ' rare answer ')
    expect(first.found).toBe(25)
    expect(first.rows.map((r) => r.number)).toEqual([7, 1007, 2007, 3007, 4007, 5007, 6007, 7007, 8007, 9007])
    expect((await browser.page(24, 10, 'rare answer')).rows).toEqual([{ number: 24_007, line: 24_008, asked: 'Question 24007', answered: 'Rare ANSWER' }])
    expect(await browser.page(0, 10, 'nowhere')).toEqual({ rows: [], found: 0 })
  })
  it('lets a later search overtake', async () => {
    const browser = new RowBrowser(store(25_000))
    const [first, second] = await Promise.all([browser.page(0, 10, 'yes'), browser.page(0, 10, 'question 12345')])
    expect(first).toEqual({ rows: [], found: 0 })
    expect(second.rows.map((r) => r.number)).toEqual([12_345])
  })
  it('shows a conversation turn by turn, its last answer apart, and cuts what is long', async () => {
    const rows: Row[] = [
      { line: 3, kind: 'chat', messages: [{ role: 'system', content: 'Be kind.' }, { role: 'user', content: 'Hi' }, { role: 'assistant', content: 'Hello' }] },
      { line: 4, kind: 'words', words: ['Ada', 'wrote'], labels: ['B-PER', 'O'] },
      { line: 5, kind: 'text', text: 'x'.repeat(1000) },
    ]
    const { rows: seen } = await new RowBrowser(rows).page(0, 3, '')
    expect(seen[0]).toEqual({ number: 0, line: 3, asked: 'system: Be kind.\nuser: Hi', answered: 'Hello' })
    expect(seen[1]).toMatchObject({ asked: 'Ada wrote', answered: 'B-PER O' })
    expect(seen[2]!.asked).toHaveLength(401)
  })
})
