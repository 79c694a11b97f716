// What the columns of a dataset mean. The known shapes are tried in order on the columns that occur; the first that
// fits reads every row, and a row it cannot read becomes a problem with its field and reason.
import type { RowProblem } from '../protocol/studio.ts'
import { readChat } from './readChat.ts'
import type { Row } from './row.ts'

export type Value = Readonly<Record<string, unknown>>
type Read = (line: number, value: Value) => Row | RowProblem

export interface Recogniser {
  /** For people: "prompt/completion pairs". */
  readonly label: string
  /** What a typed prompt must end with to look like the training rows, where no chat template does it. */
  readonly promptEnd: string
  readonly read: Read
}

const LABELS = ['label', 'category', 'intent', 'class', 'sentiment', 'target', 'label_text']
const TEXTS = ['text', 'sentence', 'query', 'review', 'content', 'utterance', 'question']

/** The recogniser for these columns, or none. */
export function recogniser(columns: readonly string[]): Recogniser | undefined {
  // Names are matched whatever their case and spaces; values are read under the name the file uses.
  const actual = new Map(columns.map((c) => [c.trim().toLowerCase(), c]))
  const has = (name: string): string | undefined => actual.get(name)
  const first = (names: readonly string[]): string | undefined => names.map(has).find((n) => n !== undefined)

  const chat = first(['messages', 'conversations', 'conversation'])
  if (chat !== undefined)
    return { label: 'conversations', promptEnd: '', read: (line, value) => readChat(line, chat, value[chat]) }

  const instruction = has('instruction')
  const output = first(['output', 'response', 'completion', 'answer'])
  if (instruction !== undefined && output !== undefined) {
    const input = first(['input', 'context'])
    return { label: 'instructions with answers', promptEnd: '\n', read: pair(instruction, output, '\n', input) }
  }
  const prompt = has('prompt')
  if (prompt !== undefined && output !== undefined)
    return { label: 'prompt/completion pairs', promptEnd: '', read: pair(prompt, output, '') }
  const question = has('question')
  const answer = first(['answer', 'response', 'output'])
  if (question !== undefined && answer !== undefined)
    return { label: 'questions with answers', promptEnd: '\n', read: pair(question, answer, '\n', has('context')) }
  const input = has('input')
  if (input !== undefined && output !== undefined)
    return { label: 'inputs with outputs', promptEnd: '\n', read: pair(input, output, '\n') }
  const text = first(TEXTS)
  const label = first(LABELS)
  if (text !== undefined && label !== undefined)
    return { label: 'texts with labels', promptEnd: '\n', read: pair(text, label, '\n') }
  const plain = has('text') ?? (columns.length === 1 ? columns[0] : undefined)
  if (plain !== undefined) return { label: 'plain texts', promptEnd: '', read: readText(plain) }
  return undefined
}

/** Columns that some shape needs, for the sentence about a dataset that has none of them. */
export const KNOWN_SHAPES =
  'text; prompt and completion; instruction, input and output; messages; conversations; question and answer; text and label'

function pair(promptColumn: string, completionColumn: string, end: string, extraColumn?: string): Read {
  return (line, value) => {
    const prompt = textOf(value[promptColumn])
    if (prompt === undefined) return missing(line, promptColumn, value)
    const completion = textOf(value[completionColumn])
    if (completion === undefined) return missing(line, completionColumn, value)
    if (completion.trim() === '')
      return { line, field: completionColumn, reason: `${completionColumn} is empty, so there is nothing to learn.` }
    const extra = extraColumn === undefined ? '' : (textOf(value[extraColumn]) ?? '').trim()
    // Columns that are not written as one text are set apart by line breaks.
    const asked = end === '' ? prompt : [prompt.trim(), extra].filter((t) => t !== '').join('\n\n') + end
    return { line, kind: 'completion', prompt: asked, completion: end === '' ? completion : completion.trim() }
  }
}

function readText(column: string): Read {
  return (line, value) => {
    const text = textOf(value[column])
    if (text === undefined) return missing(line, column, value)
    if (text.trim() === '') return { line, field: column, reason: `${column} is empty.` }
    return { line, kind: 'text', text }
  }
}

/** Numbers and booleans are labels as good as any. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return undefined
}

function missing(line: number, field: string, value: Value): RowProblem {
  const found = value[field]
  if (found === undefined || found === null) return { line, field, reason: `${field} is missing.` }
  return { line, field, reason: `${field} must be text, found ${Array.isArray(found) ? 'a list' : 'an object'}.` }
}
