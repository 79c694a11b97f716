// Readers of one row, by what its columns are: a text, a pair, a conversation. A row that cannot be read becomes a problem
// with its field and the reason.
import type { RowProblem } from '../protocol/studio.ts'
import { isRecord } from '../protocol/record.ts'
import { markedTurns } from './markedText.ts'
import { readChat } from './readChat.ts'
import type { Message, Row } from './row.ts'

export type Value = Readonly<Record<string, unknown>>
export type Read = (line: number, value: Value) => Row | RowProblem

/** What the columns of a dataset were found to mean. */
export interface Recogniser {
  /** For people: "prompt/completion pairs". */
  readonly label: string
  /** What a typed prompt must end with to look like the training rows, where no chat template does it. */
  readonly promptEnd: string
  readonly read: Read
  /** Completions are labels: few, and many rows each. */
  readonly labelled?: true
  /** What a person should know of how the rows are used. */
  readonly note?: string
  /** Of preference pairs: whether the two answers are one. */
  isSamePair?(value: Value): boolean
}

/** Columns of a pair. Without `end` prompt and completion are one text, cut in two, and stay as they are. */
export interface PairColumns {
  readonly prompts: readonly string[]
  readonly completion: string
  readonly end: string
  readonly system?: string | undefined
  /** Earlier questions with their answers. */
  readonly history?: string | undefined
  /** Names of completions that are numbers. */
  readonly labels?: readonly string[] | undefined
  /** Two prompts are two texts that are compared, not one that goes on. */
  readonly isPair?: boolean
}

/** Of several prompts the first must be there; those that are empty are left out. */
export function pairReader({ prompts, completion: answer, end, system, history, labels, isPair = false }: PairColumns): Read {
  const [first = ''] = prompts
  return (line, value) => {
    const parts: string[] = []
    for (const column of prompts) {
      const text = textOf(value[column])
      if (text === undefined && column === first) return missing(line, column, value)
      if (text !== undefined && (end === '' || text.trim() !== '')) parts.push(end === '' ? text : text.trim())
    }
    const found = answerOf(value[answer])
    if (found === undefined) return missing(line, answer, value)
    const completion = labels?.[Number(found)] ?? found
    if (completion.trim() === '') return { line, field: answer, reason: `${answer} is empty, so there is nothing to learn.`, cause: 'empty' }
    const nul = [...parts, completion].some((t) => t.includes('\0'))
    if (nul) return { line, reason: 'holds a NUL character, which no text has.' }
    // Columns that are not written as one text are set apart by line breaks.
    const asked = parts.join('\n\n')
    const before = earlier(value, system, history)
    if (before.length > 0) return { line, kind: 'chat', messages: [...before, { role: 'user', content: asked }, { role: 'assistant', content: completion }] }
    return { line, kind: 'completion', prompt: asked + end, completion: end === '' ? completion : completion.trim(), ...(isPair && parts.length === 2 && { secondAt: parts[0].length + 2 }) }
  }
}

function earlier(value: Value, system: string | undefined, history: string | undefined): Message[] {
  const told = system === undefined ? '' : (textOf(value[system]) ?? '').trim()
  const past = history === undefined ? undefined : value[history]
  const turns = Array.isArray(past) ? (past as unknown[]).filter((p): p is string[] => Array.isArray(p) && p.length === 2 && p.every((t) => typeof t === 'string')) : []
  return [
    ...(told === '' ? [] : [{ role: 'system', content: told }]),
    ...turns.flatMap(([q, a]): Message[] => [
      { role: 'user', content: q! },
      { role: 'assistant', content: a! },
    ]),
  ]
}

export function textReader(column: string): Read {
  return (line, value) => {
    const text = textOf(value[column])
    if (text === undefined) return missing(line, column, value)
    if (text.trim() === '') return { line, field: column, reason: `${column} is empty.`, cause: 'empty' }
    if (text.includes('\0')) return { line, field: column, reason: `${column} holds a NUL character, which no text has.` }
    return { line, kind: 'text', text }
  }
}

/** Texts with marks for who speaks; a text without them stays a text. */
export function markedReader(column: string): Read {
  const plain = textReader(column)
  return (line, value) => {
    const row = plain(line, value)
    const turns = 'kind' in row && row.kind === 'text' ? markedTurns(row.text) : undefined
    if (!turns) return row
    if (!turns.some((m) => m.role === 'assistant' && m.content !== '')) return { line, field: column, reason: `${column} has no answer, so there is nothing to learn.`, cause: 'empty' }
    return { line, kind: 'chat', messages: turns }
  }
}

export interface ChatColumns {
  readonly turns: readonly string[]
  readonly tools?: string | undefined
  readonly system?: string | undefined
}

/** `turns` is a path: one column, and names inside it. */
export function chatReader({ turns, tools, system }: ChatColumns): Read {
  const field = turns.join('.')
  return (line, value) => readChat(line, field, at(value, turns), { tools: tools === undefined ? undefined : value[tools], system: system === undefined ? undefined : value[system] })
}

/** Pairs of which the better answer is learned: a text, or the conversation that ends with it. */
export function chosenReader(chosen: string, prompts: readonly string[], system?: string): Read {
  const [prompt] = prompts
  const pair = prompt === undefined ? undefined : pairReader({ prompts, completion: chosen, end: '\n', system })
  const marked = markedReader(chosen)
  return (line, value) => {
    const given = value[chosen]
    if (Array.isArray(given)) {
      const asked = prompt === undefined ? undefined : value[prompt]
      const hasUser = (given as unknown[]).some((m) => isRecord(m) && ['user', 'human'].includes(String(m['role'] ?? m['from'])))
      const before = hasUser ? [] : Array.isArray(asked) ? (asked as unknown[]) : typeof asked === 'string' ? [{ role: 'user', content: asked }] : []
      return readChat(line, chosen, [...before, ...(given as unknown[])], { system: system === undefined ? undefined : value[system] })
    }
    return pair ? pair(line, value) : marked(line, value)
  }
}

export const at = (value: unknown, path: readonly string[]): unknown => path.reduce<unknown>((v, key) => (isRecord(v) ? v[key] : undefined), value)

/** Numbers and booleans are labels as good as any. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return undefined
}

/** An answer may be the first of several, or stand under `text`, as in SQuAD. */
function answerOf(value: unknown): string | undefined {
  if (isRecord(value)) return answerOf(value['text'])
  return Array.isArray(value) ? answerOf(value[0]) : textOf(value)
}

export function missing(line: number, field: string, value: Value): RowProblem {
  const found = value[field]
  if (found === undefined || found === null) return { line, field, reason: `${field} is missing.`, cause: 'missing' }
  return { line, field, reason: `${field} must be text, found ${Array.isArray(found) ? 'a list' : 'an object'}.` }
}
