// A text, or two, as a classifier reads them: between the special tokens, which stay when texts are cut. The only place where
// token types are born.
import type { Row } from './row.ts'
import type { Tokenizer } from './tokenizer.ts'

export interface ClassInput {
  readonly ids: Int32Array<ArrayBuffer>
  /** 1 for the second text of a pair; unsaid: all 0. */
  readonly types?: Int32Array<ArrayBuffer>
  readonly truncated: boolean
  /** Tokens before anything was cut. */
  readonly uncut: number
}

export interface InputOptions {
  readonly maxLength: number
  /** Where a text that is too long loses tokens. */
  readonly cut?: 'end' | 'start'
}

/** The one or two texts of what is asked. @param secondAt where the second begins */
export const textsOf = (prompt: string, secondAt?: number): readonly [string] | readonly [string, string] =>
  secondAt === undefined ? [prompt.trim()] : [prompt.slice(0, secondAt).trim(), prompt.slice(secondAt).trim()]

/** Where the second text of a typed pair begins: behind the first empty line. */
export function secondOf(prompt: string): number | undefined {
  const found = /\S[ \t]*\r?\n[ \t]*\r?\n\s*(?=\S)/.exec(prompt)
  return found ? found.index + found[0].length : undefined
}

export const rowTexts = (row: Extract<Row, { kind: 'completion' }>): readonly string[] => textsOf(row.prompt, row.secondAt)

/** Of a pair that is too long the longer text is cut first, as in transformers. */
export function classInput(texts: readonly string[], tokenizer: Tokenizer, { maxLength, cut = 'end' }: InputOptions): ClassInput {
  const { prefixIds, suffixIds, pair } = tokenizer
  const keep = (ids: Int32Array, count: number): Int32Array => (cut === 'end' ? ids.subarray(0, count) : ids.subarray(ids.length - count))
  if (texts.length < 2 || !pair) {
    const own = tokenizer.encode(texts.join('\n\n'))
    const around = prefixIds.length + suffixIds.length
    const room = Math.max(0, maxLength - around)
    const ids = Int32Array.from([...prefixIds, ...keep(own, Math.min(room, own.length)), ...suffixIds]).slice(0, maxLength)
    return { ids, truncated: own.length > room, uncut: own.length + around }
  }
  const own = texts.map((text) => tokenizer.encode(text))
  const around = pair.filter((p) => 'id' in p).length
  const uncut = around + own[0].length + own[1].length
  const counts = uncut <= maxLength ? own.map((ids) => ids.length) : longestFirst(own[0].length, own[1].length, Math.max(0, maxLength - around))
  const ids: number[] = []
  const types: number[] = []
  for (const part of pair) {
    const some = 'id' in part ? [part.id] : keep(own[part.text], counts[part.text])
    ids.push(...some)
    for (let i = 0; i < some.length; i++) types.push(part.type)
  }
  return { ids: Int32Array.from(ids).slice(0, maxLength), ...(types.some((t) => t > 0) && { types: Int32Array.from(types).slice(0, maxLength) }), truncated: uncut > maxLength, uncut }
}

/** How much of two texts stays within `room`: the longer gives first, and where both must, the second keeps the odd token. */
function longestFirst(a: number, b: number, room: number): readonly [number, number] {
  const short = Math.min(a, b)
  const half = Math.floor(room / 2)
  const [less, more] = short <= half ? [short, room - short] : [half, room - half]
  return a > b ? [more, less] : [less, more]
}
