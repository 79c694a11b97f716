// Tables as people write them: quotes that match and quotes that do not, and the same records however the text is cut.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvRecords, type CsvRecord } from './csvRecords.ts'

async function* pieces(parts: readonly string[]): AsyncGenerator<string, void, undefined> {
  for (const part of parts) yield await Promise.resolve(part)
}
const records = async (parts: readonly string[], delimiter = ',', quoted = true): Promise<CsvRecord[]> => {
  const all: CsvRecord[] = []
  for await (const record of csvRecords(pieces(parts), delimiter, quoted)) all.push(record)
  return all
}
const cells = async (text: string) => (await records([text])).map((r) => r.cells)

describe('records', () => {
  test('quoted cells, doubled and escaped quotes, spaces after a closing quote, an empty last cell', async () => {
    expect(await cells('a,"b, ""c""\nd"\r\n"x \\"y\\" z" ,\n')).toEqual([
      ['a', 'b, "c"\nd'],
      ['x "y" z', ''],
    ])
    expect(await cells('a,')).toEqual([['a', '']])
  })
  test('a quote that nobody closes costs its own line only', async () => {
    expect(await records(['text,label\n"never closed,a\nfine,b\n"also fine",c\nlast,d'])).toEqual([
      { line: 1, cells: ['text', 'label'] },
      { line: 2, cells: ['"never closed', 'a'], broken: 'has text after a closing quote.' },
      { line: 3, cells: ['fine', 'b'] },
      { line: 4, cells: ['also fine', 'c'] },
      { line: 5, cells: ['last', 'd'] },
    ])
    expect(await records(['a,b\n"never,1\nfine,2\n'])).toMatchObject([{ line: 1 }, { line: 2, broken: 'has a quote that is never closed.' }, { line: 3, cells: ['fine', '2'] }])
  })
  test('what was written is read back, however the text is cut', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'é', ';'), maxLength: 6 })
    const write = (c: string) => (/[",\n\r]/.test(c) || c !== c.trim() ? `"${c.replaceAll('"', '""')}"` : c)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 }), fc.array(fc.nat(200), { maxLength: 5 }), fc.constantFrom('\n', '\r\n', '\r'), async (table, cuts, end) => {
        const text = table.map((row) => row.map(write).join(',')).join(end) + end
        const at = [0, ...cuts.map((c) => Math.min(c, text.length)).sort((a, b) => a - b), text.length]
        const found = await records(at.slice(1).map((to, i) => text.slice(at[i], to)))
        expect(found.map((r) => r.cells)).toEqual(table)
        expect(found.every((r) => r.broken === undefined)).toBe(true)
      }),
    )
  })
  test('any text gives the same records whole and letter by letter, its lines in order', async () => {
    const soup = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', '\\', ' '), maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(soup, fc.boolean(), async (text, quoted) => {
        const whole = await records([text], ',', quoted)
        expect(await records([...text], ',', quoted)).toEqual(whole)
        expect(whole.map((r) => r.line)).toEqual([...new Set(whole.map((r) => r.line))].sort((a, b) => a - b))
      }),
      { numRuns: 300 },
    )
  })
})
