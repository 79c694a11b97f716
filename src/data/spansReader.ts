// Texts with labelled stretches of characters, as annotation tools write them: spaCy's and Prodigy's {start, end, label}, and
// doccano's [start, end, label]. A stretch becomes the words that it touches, with B- and I- before its label.
import { isRecord } from '../protocol/record.ts'
import { missing, textOf, type Read, type Value } from './readers.ts'
import { typedWords } from './typedWords.ts'

/** Columns of stretches, best first. */
const SPANS = ['entities', 'spans', 'ents', 'label', 'labels', 'annotations']

interface Span {
  readonly start: number
  readonly end: number
  readonly label: string
}

/** undefined for what is no list of stretches. */
function spansOf(value: unknown): Span[] | undefined {
  if (!Array.isArray(value)) return undefined
  const found = (value as unknown[]).map(spanOf)
  return found.every((s) => s !== undefined) ? found : undefined
}

function spanOf(item: unknown): Span | undefined {
  const list = Array.isArray(item) ? (item as unknown[]) : isRecord(item) ? [item['start'] ?? item['start_offset'], item['end'] ?? item['end_offset'], item['label'] ?? item['type'] ?? item['entity_group']] : []
  const [start, end, label] = list
  return list.length === 3 && Number.isInteger(start) && Number.isInteger(end) && typeof label === 'string' && label !== '' ? { start: Number(start), end: Number(end), label } : undefined
}

/** The column of stretches, where first rows hold some. */
export const spansColumn = (find: (name: string) => string | undefined, sample: readonly Value[]): string | undefined =>
  SPANS.map(find).find((c) => c !== undefined && sample.some((v) => Array.isArray(v[c]) && v[c].length > 0) && sample.every((v) => v[c] === undefined || v[c] === null || spansOf(v[c]) !== undefined))

export function spansReader(text: string, spans: string): Read {
  return (line, value) => {
    const whole = textOf(value[text])
    if (whole === undefined) return missing(line, text, value)
    const found = spansOf(value[spans] ?? [])
    if (!found) return { line, field: spans, reason: `${spans} must be a list of start, end and label.` }
    const outside = found.find((s) => !(s.start >= 0 && s.start < s.end && s.end <= whole.length))
    if (outside) return { line, field: spans, reason: `${spans} has a stretch from ${outside.start} to ${outside.end}, and the text has ${whole.length} characters.` }
    const { words, gaps } = typedWords(whole)
    if (words.length === 0) return { line, field: text, reason: `${text} is empty.`, cause: 'empty' }
    if (whole.includes('\0')) return { line, field: text, reason: `${text} holds a NUL character, which no text has.` }
    const begun = new Set<Span>()
    let at = 0
    const labels = words.map((word, i) => {
      const start = at + gaps[i].length
      at = start + word.length
      const span = found.find((s) => s.start < at && s.end > start)
      if (!span) return 'O'
      const first = !begun.has(span)
      begun.add(span)
      return `${first ? 'B' : 'I'}-${span.label}`
    })
    return { line, kind: 'words', words, labels }
  }
}
