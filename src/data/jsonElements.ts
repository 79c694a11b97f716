// The elements of a JSON list, found one by one in the text, each with its line. After an element that does not
// parse, reading goes on at the next line that starts an object at the same indentation.
import { isRecord } from '../protocol/record.ts'
import { nestsDeeper } from '../protocol/nesting.ts'
import type { RawRow } from './format.ts'

/** Every broken element may be looked through to the end of the text; so many characters more than the text has, and no more. */
const PATIENCE = { free: 1e7, times: 20 }

/** `at` is the place after the list's opening bracket. */
export function* jsonElements(text: string, at: number): Generator<RawRow, void, undefined> {
  let line = 1
  let counted = 0
  let isTexts: boolean | undefined
  let patience = PATIENCE.free + PATIENCE.times * text.length
  const lineAt = (place: number): number => {
    for (let i = text.indexOf('\n', counted); i >= 0 && i < place; i = text.indexOf('\n', i + 1)) {
      line++
      counted = i + 1
    }
    return line
  }
  for (;;) {
    while (/[\s,]/.test(text[at] ?? '')) at++
    if (at >= text.length) return yield { line: lineAt(text.length), problem: 'the list has no end; the file may be cut short.', cause: 'syntax' }
    if (text[at] === ']') return
    const start = at
    const end = elementEnd(text, start)
    let value: unknown
    try {
      value = JSON.parse(text.slice(start, end))
    } catch {
      yield { line: lineAt(start), problem: 'is not valid JSON.', cause: 'syntax' }
      patience -= end - start
      if (patience < 0) return yield { line: lineAt(start), problem: 'what follows is too damaged to be read on.', cause: 'syntax' }
      const next = nextObject(text, start)
      if (next === undefined) return
      at = next
      continue
    }
    const row = asRow(value, isTexts ??= typeof value === 'string')
    if (row) yield { line: lineAt(start), value: row }
    else yield { line: lineAt(start), problem: noRow(value), cause: 'syntax' }
    at = end
  }
}

/** Why parsed JSON is no row. */
export const noRow = (value: unknown): string => (nestsDeeper(value) ? 'nests too deeply.' : 'is not a JSON object.')

/** An object as it is, a list of messages under that name, and in a list of texts a text. */
export function asRow(value: unknown, isTexts: boolean): Record<string, unknown> | undefined {
  if (nestsDeeper(value)) return undefined
  if (isRecord(value)) return value
  if (Array.isArray(value) && value.length > 0 && value.every(isRecord)) return { messages: value }
  return isTexts && typeof value === 'string' ? { text: value } : undefined
}

/** The place after an element: its closing bracket, or the comma or bracket that ends a bare value. */
function elementEnd(text: string, start: number): number {
  let depth = 0
  for (let i = start; i < text.length; i++) {
    switch (text[i]) {
      case '"':
        while (++i < text.length && text[i] !== '"') if (text[i] === '\\') i++
        if (depth === 0) return i + 1
        break
      case '{':
      case '[':
        depth++
        break
      case '}':
      case ']':
        if (depth === 0) return i
        if (--depth === 0) return i + 1
        break
      case ',':
        if (depth === 0) return i
        break
      default:
    }
  }
  return text.length
}

/** Where the next object starts whose line is indented like the one at `start`. */
function nextObject(text: string, start: number): number | undefined {
  const lineStart = text.lastIndexOf('\n', start) + 1
  const indent = /^[ \t]*/.exec(text.slice(lineStart, start))?.[0] ?? ''
  const pattern = new RegExp(`\\n${indent}(?=\\{)`, 'g')
  pattern.lastIndex = start
  const found = pattern.exec(text)
  return found ? found.index + found[0].length : undefined
}
