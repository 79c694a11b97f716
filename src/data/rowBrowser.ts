// Looks through the rows of a dataset: pages by number, and those that hold a text. A search goes on in slices, so that the
// worker answers others meanwhile, and gives way to the next one.
import type { RowPage, SeenRow } from '../protocol/dataRows.ts'
import { rowTexts, type Row } from './row.ts'
import type { Rows } from './rows.ts'

/** Rows read before others have their turn: about ten milliseconds. */
const SLICE = 10_000
/** More of a text than a list shows. */
const LONGEST_TEXT = 400
const MOST_ROWS = 500

export class RowBrowser {
  private readonly rows: Rows
  private query = ''
  private found: Uint32Array | undefined
  private turn = 0

  constructor(rows: Rows) {
    this.rows = rows
  }

  /** Of a search that a later one overtook: no rows. */
  async page(from: number, count: number, query: string): Promise<RowPage> {
    const found = await this.search(query.trim().toLowerCase())
    if (found === 'overtaken') return { rows: [], found: 0 }
    const all = found?.length ?? this.rows.length
    const rows: SeenRow[] = []
    for (let i = Math.max(0, from); i < Math.min(all, from + Math.min(count, MOST_ROWS)); i++) {
      const number = found ? found[i] : i
      rows.push({ number, ...seen(this.rows.at(number)!) })
    }
    return { rows, found: all }
  }

  /** Numbers of the rows that hold it; undefined: all of them. */
  private async search(query: string): Promise<Uint32Array | 'overtaken' | undefined> {
    if (query === '') return undefined
    if (query === this.query) return this.found
    const turn = ++this.turn
    const found: number[] = []
    for (let start = 0; start < this.rows.length; start += SLICE) {
      for (let i = start; i < Math.min(this.rows.length, start + SLICE); i++)
        if (rowTexts(this.rows.at(i)!).some((text) => text.toLowerCase().includes(query))) found.push(i)
      await new Promise((next) => setTimeout(next))
      if (turn !== this.turn) return 'overtaken'
    }
    this.query = query
    return (this.found = Uint32Array.from(found))
  }
}

const cut = (text: string): string => (text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text)

function seen(row: Row): Omit<SeenRow, 'number'> {
  const [asked, answered] = sides(row)
  return { line: row.line, asked: cut(asked), answered: cut(answered) }
}

function sides(row: Row): readonly [asked: string, answered: string] {
  if (row.kind !== 'chat') {
    const [asked = '', answered = ''] = rowTexts(row)
    return [asked, answered]
  }
  const { messages } = row
  const last = messages.at(-1)
  const isAnswer = last?.role === 'assistant'
  const turns = isAnswer ? messages.slice(0, -1) : messages
  return [turns.map((m) => `${m.role}: ${m.content}`).join('\n'), isAnswer ? last.content : '']
}
