// JSON Lines: one object a line. A bad line is told by number and the rest is kept; blank lines are skipped.
import { isRecord } from '../../protocol/record.ts'
import { readLines } from '../decodeText.ts'
import type { Format } from '../format.ts'
import { asRow, noRow } from '../jsonElements.ts'

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const jsonl: Format = {
  id: 'jsonl',
  label: 'JSON Lines',
  match(head, name) {
    const [first = '', second = ''] = head
      .replace(/^\ufeff/, '')
      .split(/\r\n|\n|\r/)
      .filter((l) => l.trim() !== '')
    const named = /\.(jsonl|ndjson)$/i.test(name)
    const value = parse(first) ?? parse(first.replace(/,\s*$/, ''))
    // A list of messages a line; a whole file on one line is JSON.
    if (Array.isArray(value) && asRow(value, false) && second.trimStart().startsWith('[')) return 0.9
    if (isRecord(value)) return named || second.trimStart().startsWith('{') ? 0.95 : 0.7
    return named && first.trimStart() !== '[' ? 0.9 : 0
  },
  async *rows(source) {
    for await (const { line, text } of readLines(source)) {
      if (text.trim() === '') continue
      // Lines copied out of a list keep its comma.
      const value = parse(text) ?? parse(text.replace(/,\s*$/, ''))
      const row = asRow(value, false)
      if (row) yield { line, value: row }
      else yield { line, problem: value === undefined ? 'is not valid JSON.' : noRow(value), cause: 'syntax' }
    }
  },
}
export default jsonl
