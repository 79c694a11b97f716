// Which character separates the cells of a table, from its first lines: the one that cuts every line into the same number.
import { csvRecords } from './csvRecords.ts'

const DELIMITERS = [',', '\t', ';', '|'] as const
const SAMPLE_RECORDS = 50

/** A tab in every line, as many in each, is no accident; commas are. */
export function isTabbed(head: string): boolean {
  const lines = head
    .split(/\r\n|\n|\r/)
    .slice(0, 50)
    .filter((l) => l !== '')
  const complete = lines.length > 3 ? lines.slice(0, -1) : lines
  const tabs = complete.map((l) => l.split('\t').length - 1)
  return complete.length >= 2 && tabs.every((n) => n > 0 && n === tabs[0])
}

export async function delimiterOf(head: string, name: string): Promise<string> {
  if (/\.(tsv|tab)(\.|$)/i.test(name) || isTabbed(head)) return '\t'
  let best: { readonly delimiter: string; readonly score: number } = { delimiter: ',', score: 0 }
  for (const delimiter of DELIMITERS) {
    const widths: number[] = []
    for await (const { cells } of csvRecords(oneText(head), delimiter, true)) if (widths.push(cells.length) === SAMPLE_RECORDS) break
    const counts = new Map<number, number>()
    for (const width of widths) counts.set(width, (counts.get(width) ?? 0) + 1)
    const [width = 1, lines = 0] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? []
    // Lines that agree count most; of two that agree, the one with more columns.
    const score = width < 2 ? 0 : lines / widths.length + Math.min(width, 50) / 1000
    if (score > best.score) best = { delimiter, score }
  }
  return best.delimiter
}

async function* oneText(text: string): AsyncGenerator<string, void, undefined> {
  yield await Promise.resolve(text)
}
