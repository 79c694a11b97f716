// Comma, tab, semicolon or bar separated values, with or without a header row. Quoted fields may hold line breaks. A row
// whose quotes make no sense is told and left out; with tabs, where quotes are rarely meant as quotes, it is read as it stands.
import { Fault } from '../../protocol/failure.ts'
import { columnNames } from '../columnNames.ts'
import { delimiterOf, isTabbed } from '../csvDialect.ts'
import { csvRecords, type CsvRecord } from '../csvRecords.ts'
import { decodeText } from '../decodeText.ts'
import type { Format, RawRow } from '../format.ts'

const HEAD_RECORDS = 200
const HEAD_CHARACTERS = 64 * 1024

const csv: Format = {
  id: 'csv',
  label: 'CSV',
  match(head, name) {
    if (/\.(csv|tsv|tab)$/i.test(name)) return 0.85
    if (/^\ufeff?\s*[[{]/.test(head)) return 0
    return isTabbed(head) ? 0.6 : 0
  },
  async *rows(source, { header: asked, quotes } = {}) {
    const { head, pieces } = await peek(decodeText(source))
    const delimiter = await delimiterOf(head.slice(0, HEAD_CHARACTERS), source.name)
    const records = csvRecords(pieces(), delimiter, quotes !== 'plain')
    const waiting: CsvRecord[] = []
    while (waiting.length < HEAD_RECORDS) {
      const { value } = await records.next()
      if (!value) break
      waiting.push(value)
    }
    const whole = waiting.filter((r) => r.broken === undefined)
    if (waiting.length === 0) throw new Fault('bad-data', `${source.name} has no rows.`, 'Choose a file with rows in it.')
    const { names, header } = columnNames((whole.length > 0 ? whole : waiting).map((r) => r.cells), asked)
    const lenient = delimiter === '\t'
    for (const record of header ? waiting.filter((r) => r !== (whole[0] ?? waiting[0])) : waiting) yield toRow(record, names, lenient)
    for await (const record of records) yield toRow(record, names, lenient)
  },
}
export default csv

function toRow({ line, cells, broken }: CsvRecord, names: readonly string[], lenient: boolean): RawRow {
  if (broken !== undefined && !(lenient && cells.length === names.length)) return { line, problem: broken, cause: 'quotes' }
  if (cells.length !== names.length) return { line, problem: `has ${cells.length} columns where ${names.length} were expected.`, cause: 'columns' }
  return { line, value: Object.fromEntries(names.map((n, i) => [n, cells[i] ?? ''])) }
}

/** The first piece of a text, and all of it. */
async function peek(text: AsyncGenerator<string, void, undefined>): Promise<{ head: string; pieces(): AsyncGenerator<string, void, undefined> }> {
  const first = await text.next()
  const head = first.value ?? ''
  return {
    head,
    async *pieces() {
      yield head
      yield* text
    },
  }
}
