// Comma, tab or semicolon separated values, with or without a header row. Quoted fields may hold line breaks; where
// the quotes make no sense as quotes (as in tab separated dumps), they are read as plain characters.
import Papa from 'papaparse'
import { Fault } from '../../protocol/failure.ts'
import { columnNames } from '../columnNames.ts'
import { readText } from '../decodeText.ts'
import type { Format, RawRow } from '../format.ts'

interface Line {
  readonly line: number
  readonly cells: readonly string[]
}

const csv: Format = {
  id: 'csv',
  label: 'CSV',
  match(head, name) {
    if (/\.(csv|tsv|tab)$/i.test(name)) return 0.85
    if (/^\ufeff?\s*[[{]/.test(head)) return 0
    return isTabbed(head) ? 0.6 : 0
  },
  async *rows(source) {
    const text = await readText(source)
    const delimiter = delimiterOf(text, source.name)
    let { lines, quotesBroken } = split(text, delimiter, true)
    if (quotesBroken) lines = split(text, delimiter, false).lines
    const first = lines[0]
    if (!first) throw new Fault('bad-data', `${source.name} has no rows.`, 'Choose a file with rows in it.')
    const { names, header } = columnNames(lines.slice(0, 200).map((l) => l.cells))
    for (const { line, cells } of header ? lines.slice(1) : lines) yield toRow(line, cells, names)
  },
}
export default csv

function toRow(line: number, cells: readonly string[], names: readonly string[]): RawRow {
  if (cells.length !== names.length) return { line, problem: `has ${cells.length} columns where ${names.length} were expected.` }
  return { line, value: Object.fromEntries(names.map((n, i) => [n, cells[i] ?? ''])) }
}

/** A tab in every line, as many in each, is no accident; commas are. */
function isTabbed(head: string): boolean {
  const lines = head
    .split(/\r\n|\n|\r/)
    .slice(0, 50)
    .filter((l) => l !== '')
  const complete = lines.length > 3 ? lines.slice(0, -1) : lines
  const tabs = complete.map((l) => l.split('\t').length - 1)
  return complete.length >= 2 && tabs.every((n) => n > 0 && n === tabs[0])
}

function delimiterOf(text: string, name: string): string {
  const head = text.slice(0, 64 * 1024)
  if (/\.(tsv|tab)$/i.test(name) || isTabbed(head)) return '\t'
  const found = Papa.parse<string[]>(head, { preview: 20, skipEmptyLines: true, delimitersToGuess: [',', '\t', ';', '|'] }).meta
    .delimiter
  return found === '' ? ',' : found
}

/** Rows with the line each starts on; blank lines are skipped. */
function split(text: string, delimiter: string, quoted: boolean): { lines: Line[]; quotesBroken: boolean } {
  const lines: Line[] = []
  let quotesBroken = false
  let line = 1
  let counted = 0
  Papa.parse<string[]>(text, {
    delimiter,
    // Papa Parse has no switch for quotes; a character that no text holds turns them off.
    ...(quoted ? {} : { quoteChar: '\u0000' }),
    step({ data, errors, meta }) {
      if (errors.some((e) => e.type === 'Quotes')) quotesBroken = true
      if (data.length > 1 || (data[0] ?? '').trim() !== '') lines.push({ line, cells: data })
      line += text.slice(counted, meta.cursor).match(/\r\n|\n|\r/g)?.length ?? 0
      counted = meta.cursor
    },
  })
  return { lines, quotesBroken }
}
