// Separated values as records, read as a stream (RFC 4180, and what people really write: backslash-escaped quotes, spaces
// after a closing quote). A quote that makes no sense costs its own line and no other: reading goes on at the next one.

export interface CsvRecord {
  /** Where it starts, from 1. */
  readonly line: number
  readonly cells: readonly string[]
  /** Why the quotes could not be read; the cells are then those of its first line, with quotes as plain characters. */
  readonly broken?: string
}

/** A quoted cell longer than this is a quote that nobody closed. */
const LONGEST_CELL = 1 << 20
const LF = 10
const CR = 13
const QUOTE = 34
const BACKSLASH = 92

type Parsed = { readonly cells: string[]; readonly next: number } | { readonly broken: string } | 'more'

/** Blank lines are skipped. `quoted: false` reads quotes as plain characters. */
export async function* csvRecords(pieces: AsyncIterable<string>, delimiter: string, quoted: boolean): AsyncGenerator<CsvRecord, void, undefined> {
  let text = ''
  let line = 1
  function* drain(isLast: boolean): Generator<CsvRecord, void, undefined> {
    let at = 0
    while (at < text.length) {
      let parsed = parseRecord(text, at, delimiter, quoted, isLast)
      let broken: string | undefined
      if (typeof parsed === 'object' && 'broken' in parsed) {
        broken = parsed.broken
        parsed = parseRecord(text, at, delimiter, false, isLast)
      }
      if (parsed === 'more' || 'broken' in parsed) break
      const { cells, next } = parsed
      if (cells.length > 1 || cells[0].trim() !== '') yield { line, cells, ...(broken !== undefined && { broken }) }
      line += lineEnds(text, at, next)
      at = next
    }
    text = text.slice(at)
  }
  for await (const piece of pieces) {
    text += piece
    yield* drain(false)
  }
  yield* drain(true)
}

function parseRecord(text: string, start: number, delimiter: string, quoted: boolean, isLast: boolean): Parsed {
  const separator = delimiter.charCodeAt(0)
  const cells: string[] = []
  let at = start
  for (;;) {
    if (quoted && text.charCodeAt(at) === QUOTE) {
      const cell = quotedCell(text, at, separator, isLast)
      if (typeof cell === 'string' || 'broken' in cell) return cell
      cells.push(cell.value)
      at = cell.next
    } else {
      let end = at
      for (; end < text.length; end++) {
        const c = text.charCodeAt(end)
        if (c === separator || c === LF || c === CR) break
      }
      if (end === text.length && !isLast) return 'more'
      cells.push(text.slice(at, end))
      at = end
    }
    if (text.charCodeAt(at) === separator) {
      at++
      // A separator at the very end leaves an empty last cell.
      if (at === text.length && isLast) return { cells: [...cells, ''], next: at }
      if (at === text.length) return 'more'
      continue
    }
    if (text.charCodeAt(at) === CR && at + 1 === text.length && !isLast) return 'more'
    const lineEnd = text.charCodeAt(at) === CR && text.charCodeAt(at + 1) === LF ? 2 : at < text.length ? 1 : 0
    return { cells, next: at + lineEnd }
  }
}

function quotedCell(text: string, start: number, separator: number, isLast: boolean): { value: string; next: number } | { broken: string } | 'more' {
  let value = ''
  let from = start + 1
  for (;;) {
    const quote = text.indexOf('"', from)
    if (quote < 0 || quote - start > LONGEST_CELL)
      return isLast || text.length - start > LONGEST_CELL ? { broken: 'has a quote that is never closed.' } : 'more'
    if (quote + 1 === text.length && !isLast) return 'more'
    if (text.charCodeAt(quote + 1) === QUOTE) {
      value += text.slice(from, quote + 1)
      from = quote + 2
      continue
    }
    let after = quote + 1
    while (after < text.length && text.charCodeAt(after) !== separator && (text[after] === ' ' || text[after] === '\t')) after++
    const c = text.charCodeAt(after)
    const ends = after === text.length ? isLast : c === separator || c === LF || c === CR
    if (ends) return { value: value + text.slice(from, quote), next: after }
    if (after === text.length) return 'more'
    if (text.charCodeAt(quote - 1) !== BACKSLASH) return { broken: 'has text after a closing quote.' }
    value += `${text.slice(from, quote - 1)}"`
    from = quote + 1
  }
}

function lineEnds(text: string, from: number, to: number): number {
  let count = 0
  for (let i = from; i < to; i++) {
    const c = text.charCodeAt(i)
    if (c === LF || (c === CR && text.charCodeAt(i + 1) !== LF)) count++
  }
  return count
}
