// Rows of a dataset, kept as bytes: millions of them cost their text and nine numbers' worth of bytes each, outside the
// collector's heap. A plain list of rows is read the same way.
import type { Message, Row } from './row.ts'

/** What readers of a dataset need; a list of rows has it too. */
export interface Rows extends Iterable<Row> {
  readonly length: number
  at(index: number): Row | undefined
  map<T>(read: (row: Row, index: number) => T): T[]
}

/** Pages grow with what there is, so that a small dataset is small. */
const FIRST_PAGE_BYTES = 1 << 12
const PAGE_BYTES = 1 << 20
const FIRST_ROWS = 64
const KINDS = ['text', 'completion', 'chat', 'pair', 'words'] as const
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Grows by pages; a row longer than a page has one of its own. */
export class RowStore implements Rows {
  private readonly pages: Uint8Array[] = []
  private used = 0
  private bytes = 0
  private count = 0
  private kinds = new Uint8Array(FIRST_ROWS)
  private lines = new Uint32Array(FIRST_ROWS)
  private page = new Uint32Array(FIRST_ROWS)
  private start = new Uint32Array(FIRST_ROWS)
  private first = new Uint32Array(FIRST_ROWS)
  private second = new Uint32Array(FIRST_ROWS)

  get length(): number {
    return this.count
  }

  push(row: Row): void {
    const i = this.count++
    if (i === this.kinds.length) this.grow()
    const [a, b] = fields(row)
    this.kinds[i] = KINDS.indexOf(row.kind === 'completion' && row.secondAt !== undefined ? 'pair' : row.kind)
    this.lines[i] = row.line
    const most = 3 * (a.length + b.length)
    if (this.used + most > (this.pages.at(-1)?.length ?? -1)) {
      const size = Math.max(FIRST_PAGE_BYTES, most, Math.min(PAGE_BYTES, this.bytes))
      this.pages.push(new Uint8Array(size))
      this.bytes += size
      this.used = 0
    }
    const target = this.pages[this.pages.length - 1]
    this.page[i] = this.pages.length - 1
    this.start[i] = this.used
    this.first[i] = encoder.encodeInto(a, target.subarray(this.used)).written
    this.used += this.first[i]
    this.second[i] = b === '' ? 0 : encoder.encodeInto(b, target.subarray(this.used)).written
    this.used += this.second[i]
  }

  at(index: number): Row | undefined {
    const i = index < 0 ? this.count + index : index
    if (!(i >= 0 && i < this.count)) return undefined
    const page = this.pages[this.page[i]]
    const start = this.start[i]
    const middle = start + this.first[i]
    const a = decoder.decode(page.subarray(start, middle))
    const b = decoder.decode(page.subarray(middle, middle + this.second[i]))
    const line = this.lines[i]
    switch (KINDS[this.kinds[i]]) {
      case 'text':
        return { line, kind: 'text', text: a }
      case 'completion':
        return { line, kind: 'completion', prompt: a, completion: b }
      case 'pair': {
        const cut = b.indexOf(' ')
        return { line, kind: 'completion', prompt: a, completion: b.slice(cut + 1), secondAt: Number(b.slice(0, cut)) }
      }
      case 'words':
        return { line, kind: 'words', words: JSON.parse(a) as string[], labels: JSON.parse(b) as string[] }
      default: {
        const messages = JSON.parse(a) as Message[]
        return { line, kind: 'chat', messages, ...(b !== '' && { tools: JSON.parse(b) as unknown[] }) }
      }
    }
  }

  *[Symbol.iterator](): Generator<Row, void, undefined> {
    for (let i = 0; i < this.count; i++) yield this.at(i)!
  }

  map<T>(read: (row: Row, index: number) => T): T[] {
    return Array.from({ length: this.count }, (_, i) => read(this.at(i)!, i))
  }

  private grow(): void {
    const size = 2 * this.kinds.length
    const wider = (old: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> => {
      const next = new Uint32Array(size)
      next.set(old)
      return next
    }
    const kinds = new Uint8Array(size)
    kinds.set(this.kinds)
    this.kinds = kinds
    this.lines = wider(this.lines)
    this.page = wider(this.page)
    this.start = wider(this.start)
    this.first = wider(this.first)
    this.second = wider(this.second)
  }
}

function fields(row: Row): [string, string] {
  switch (row.kind) {
    case 'text':
      return [row.text, '']
    case 'completion':
      return [row.prompt, row.secondAt === undefined ? row.completion : `${row.secondAt} ${row.completion}`]
    case 'words':
      return [JSON.stringify(row.words), JSON.stringify(row.labels)]
    case 'chat':
      return [JSON.stringify(row.messages), row.tools === undefined ? '' : JSON.stringify(row.tools)]
    default:
      return row satisfies never
  }
}

/** Rows of several, in order. */
export function joinRows(parts: readonly Rows[]): Rows {
  const [only] = parts
  if (only && parts.length === 1) return only
  const all = new RowStore()
  for (const rows of parts) for (const row of rows) all.push(row)
  return all
}

/** Some rows of others, by number. */
export class ChosenRows implements Rows {
  private readonly rows: Rows
  private readonly numbers: ArrayLike<number>

  constructor(rows: Rows, numbers: ArrayLike<number>) {
    this.rows = rows
    this.numbers = numbers
  }
  get length(): number {
    return this.numbers.length
  }
  at(index: number): Row | undefined {
    const number = this.numbers[index < 0 ? this.length + index : index]
    return number === undefined ? undefined : this.rows.at(number)
  }
  *[Symbol.iterator](): Generator<Row, void, undefined> {
    for (let i = 0; i < this.length; i++) yield this.at(i)!
  }
  map<T>(read: (row: Row, index: number) => T): T[] {
    return Array.from({ length: this.length }, (_, i) => read(this.at(i)!, i))
  }
}
