// A JSON file with a list of objects: at the top, or under a name such as "data". Read element by element, so that
// one bad element is told by its line and the others are kept.
import { isRecord } from '../../protocol/record.ts'
import { Fault } from '../../protocol/failure.ts'
import { nestsDeeper } from '../../protocol/nesting.ts'
import { readText } from '../decodeText.ts'
import { classNames, named } from '../classNames.ts'
import type { Format } from '../format.ts'
import { jsonElements } from '../jsonElements.ts'

/** Where a file whose top is an object keeps its rows. */
const LIST_NAMES = ['data', 'train', 'rows', 'examples', 'instances', 'items', 'records', 'dialogues', 'dialogs', 'questions', 'samples', 'results']

const json: Format = {
  id: 'json',
  label: 'JSON',
  match(head, name) {
    if (!/^\ufeff?\s*[[{]/.test(head)) return 0
    return /\.json$/i.test(name) ? 0.8 : 0.5
  },
  async *rows(source) {
    const text = await readText(source)
    const top = /^\s*\[/.exec(text)
    if (top) return yield* jsonElements(text, top[0].length)
    let whole: unknown
    try {
      whole = JSON.parse(text)
    } catch {
      // A list under a name can still be read up to and after a bad element.
    }
    const name = LIST_NAMES.find((n) =>
      isRecord(whole) ? Array.isArray(whole[n]) : whole === undefined && new RegExp(`"${n}"\\s*:\\s*\\[`).test(text),
    )
    const list = name === undefined ? null : new RegExp(`"${name}"\\s*:\\s*\\[`).exec(text)
    if (list) {
      const names = classNames(isRecord(whole) ? whole['features'] : undefined)
      for (const row of jsonElements(text, list.index + list[0].length)) yield 'value' in row ? { ...row, value: named(unwrapped(row.value), names) } : row
      return
    }
    if (isRecord(whole)) {
      if (nestsDeeper(whole)) throw new Fault('bad-data', `${source.name} nests too deeply to be a list of rows.`, 'Save the rows as JSON Lines.')
      for (const value of rowsOf(whole)) yield { line: 1, value }
      return
    }
    throw new Fault(
      'bad-data',
      `${source.name} is not valid JSON.`,
      'Expected a list of objects: [{"prompt": …, "completion": …}, …].',
    )
  },
}
export default json

/** The Hub's viewer gives every row with its number around it. */
const unwrapped = (value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => ('row_idx' in value && isRecord(value['row']) ? value['row'] : value)

/** An object may hold rows by name ({"a1": {…}, "a2": {…}}) or columns ({"text": […], "label": […]}), or be one row. */
function rowsOf(whole: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>[] {
  const entries = Object.entries(whole)
  const columns = entries.map(([name, column]): [string, unknown[]] => [name, Array.isArray(column) ? (column as unknown[]) : isRecord(column) ? Object.values(column) : []])
  const [, { length } = []] = columns[0] ?? []
  const areScalars = columns.length > 0 && columns.every(([, column]) => column.length === length && column.every((v) => typeof v !== 'object'))
  if (areScalars && length && length > 0 && entries.every(([, column]) => typeof column === 'object'))
    return Array.from({ length }, (_, i) => Object.fromEntries(columns.map(([name, column]) => [name, column[i]])))
  const rows = entries.map(([, value]) => value)
  const [firstRow] = rows
  const shared = isRecord(firstRow) ? Object.keys(firstRow) : []
  return rows.length > 1 && shared.length > 0 && rows.every((row) => isRecord(row) && shared.some((key) => key in row)) ? (rows as Record<string, unknown>[]) : [whole]
}
