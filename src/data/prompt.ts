// What generation is fed: the same ids that stand before the first trained token of the matching training example.
import { toolCallText } from './chatTemplate.ts'
import { encodeSegments } from './encodeSegments.ts'
import { asWritten, type Row } from './row.ts'
import { renderMessages, renderPrompt, type TemplateOptions } from './template.ts'
import type { Tokenizer } from './tokenizer.ts'

type PromptOptions = Omit<TemplateOptions, 'specialTokens'>

/** Ids for what a person typed: raw text, or the user's turn where the model has a chat template. */
export function promptIds(text: string, tokenizer: Tokenizer, options: PromptOptions): Int32Array<ArrayBuffer> {
  return ids(
    renderPrompt(text, { ...options, specialTokens: tokenizer.specialTokens }),
    tokenizer,
    options.chatTemplate === undefined,
  )
}

export interface Question {
  /** What is asked, as a person reads it. */
  readonly prompt: string
  /** The answer the row holds. */
  readonly expected: string
  readonly ids: Int32Array<ArrayBuffer>
  /** What is asked of a model for classes. */
  readonly row: Row
}

/** A row as a question with a known answer; none for plain text, or a conversation the assistant does not end. */
export function question(row: Row, tokenizer: Tokenizer, options: PromptOptions): Question | undefined {
  if (row.kind === 'text') return undefined
  if (row.kind === 'words') return { ...question(asWritten(row), tokenizer, options)!, row }
  if (row.kind === 'completion')
    return { prompt: row.prompt, expected: row.completion, ids: promptIds(row.prompt, tokenizer, options), row }
  const last = row.messages.at(-1)
  if (last?.role !== 'assistant') return undefined
  // At use the model is told what it will be told there, whatever it was trained with.
  const { system = '' } = options
  const asked = row.messages.slice(0, -1)
  const earlier = system.trim() === '' ? asked : [{ role: 'system', content: system }, ...asked.filter((m) => m.role !== 'system')]
  const text = renderMessages(earlier, { ...options, specialTokens: tokenizer.specialTokens, ...(row.tools && { tools: row.tools }) })
  return {
    prompt: earlier.at(-1)?.content ?? '',
    expected: last.tool_calls ? toolCallText(last.content, last.tool_calls) : last.content,
    ids: ids(text, tokenizer, options.chatTemplate === undefined),
    row,
  }
}

function ids(text: string, tokenizer: Tokenizer, prefixed: boolean): Int32Array<ArrayBuffer> {
  const [own = new Int32Array(0)] = encodeSegments([text], tokenizer)
  return Int32Array.from(prefixed ? [...tokenizer.prefixIds, ...own] : own)
}
