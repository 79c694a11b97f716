// Sentences as CoNLL's shared tasks write them: a word a line, its labels in further columns, an empty line between
// sentences. The last column is the label; of the ten columns of CoNLL-U (https://universaldependencies.org/format.html)
// the second is the word and the fourth its part of speech.
import { Fault } from '../../protocol/failure.ts'
import { readLines } from '../decodeText.ts'
import type { Format } from '../format.ts'

const NAMED = /\.(conll|conllu|conll2003|bio|iob|iob2|bioes)$/i
const LABEL = /^(O|[BIESLU]-\S+)$/
const MOST_COLUMNS = 14
const UNIVERSAL = 10
const MOST_LABELS = 60
/** A sentence longer than this is a file without empty lines. */
const MOST_WORDS = 5000

const cellsOf = (line: string): string[] => (line.includes('\t') ? line.split('\t').map((c) => c.trim()) : line.trim().split(/ +/))
const isComment = (line: string, columns: number): boolean => columns === UNIVERSAL && /^#( |$)/.test(line)
const isMark = (line: string): boolean => line.startsWith('-DOCSTART-')

/** Columns that most lines have. */
function widthOf(lines: readonly string[]): number {
  const counts = new Map<number, number>()
  for (const line of lines) {
    const { length } = cellsOf(line)
    counts.set(length, (counts.get(length) ?? 0) + 1)
  }
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? 0
}

const conll: Format = {
  id: 'conll',
  label: 'CoNLL',
  match(head, name) {
    if (NAMED.test(name)) return 0.95
    const lines = head.replace(/^\ufeff/, '').split(/\r\n|\n|\r/)
    const used = lines.slice(0, -1).filter((l) => l.trim() !== '' && !isMark(l))
    const width = widthOf(used)
    if (used.length < 2 || width < 2 || width > MOST_COLUMNS) return 0
    const rows = used.filter((l) => !isComment(l, width)).map(cellsOf)
    if (!rows.every((cells) => cells.length === width)) return 0
    if (width === UNIVERSAL && rows.every(([id = '']) => /^\d+([-.]\d+)?$/.test(id))) return 0.95
    const labels = rows.filter((cells) => LABEL.test(cells.at(-1)!)).length
    // A table's header may stand above.
    if (labels > 1 && labels >= rows.length - 1) return 0.9
    // Parts of speech look like any text: single words, few labels, and sentences apart tell.
    const distinct = new Set(rows.map((cells) => cells.at(-1))).size
    const isApart = /\S\s*\n[ \t]*\r?\n\s*\S/.test(head)
    return isApart && distinct <= MOST_LABELS && 2 * distinct <= rows.length && rows.every(([word = '']) => !/\s/.test(word)) ? 0.86 : 0
  },
  async *rows(source) {
    let words: string[] = []
    let columns: string[][] = []
    let start = 0
    let width = 0
    const take = () => {
      const value: Record<string, unknown> = { tokens: words }
      columns.forEach((column, i) => (value[i === columns.length - 1 ? 'tags' : `column${i + 2}`] = column))
      const row = { line: start, value }
      words = []
      columns = []
      return row
    }
    for await (const { line, text } of readLines(source)) {
      if (text.trim() === '' || isMark(text)) {
        if (words.length > 0) yield take()
        continue
      }
      if (/^#( |$)/.test(text) && words.length === 0) continue
      const cells = cellsOf(text)
      if (width === 0) width = cells.length
      if (width < 2) throw new Fault('bad-data', `${source.name} has no labels: line ${line} holds one column.`, 'Write a word and its label on each line, with a tab or a space between.')
      if (cells.length !== width) {
        yield { line, problem: `has ${cells.length} columns where ${width} were expected.`, cause: 'columns' }
        continue
      }
      const isUniversal = width === UNIVERSAL && /^\d+([-.]\d+)?$/.test(cells[0])
      // Words that are written together, and words left out, stand beside the words themselves.
      if (isUniversal && !/^\d+$/.test(cells[0])) continue
      const kept = isUniversal ? [cells[1], cells[3]] : cells
      if (words.length === 0) start = line
      words.push(kept[0])
      kept.slice(1).forEach((cell, i) => (columns[i] ??= []).push(cell))
      if (words.length === MOST_WORDS) yield take()
    }
    if (words.length > 0) yield take()
  },
}
export default conll
