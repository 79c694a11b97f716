// Rows become token ids and a loss mask. THE ONLY place a mask is born: everything later carries it along.
// Invariant: the ids before the first trained token are what generation is given for the same prompt (prompt.ts).
import type { PreviewToken, RowProblem } from '../protocol/studio.ts'
import { Fault } from '../protocol/failure.ts'
import { encodeSegments } from './encodeSegments.ts'
import type { Row } from './row.ts'
import { streamDecoder } from './streamDecoder.ts'
import { isTemplated, renderRow, type TemplateOptions } from './template.ts'
import type { Tokenizer } from './tokenizer.ts'

export interface Example {
  readonly ids: Int32Array<ArrayBuffer>
  /** 1 where the token is one to be learned; the token at 0 never is, because nothing precedes it. */
  readonly mask: Uint8Array<ArrayBuffer>
  readonly truncated: boolean
  /** Tokens before anything was cut; unsaid: as many as there are. */
  readonly uncut?: number
  /** The class to be predicted at each place, -100 where none is; then the mask is empty. */
  readonly targets?: Int32Array<ArrayBuffer>
  /** Token types; unsaid: all 0. */
  readonly types?: Int32Array<ArrayBuffer>
}
export interface ExampleOptions extends Omit<TemplateOptions, 'specialTokens'> {
  readonly trainOn: 'completions' | 'everything'
  /** Where a row that is too long loses tokens: at its end, or at the start of what is asked. */
  readonly cut?: 'end' | 'start'
}

/** One row as one example, cut to `maxLength` tokens. */
export function makeExample(row: Row, tokenizer: Tokenizer, options: ExampleOptions, maxLength: number): Example {
  const { ids, mask } = encodeRow(row, tokenizer, options)
  const uncut = ids.length
  if (uncut <= maxLength) return { ids, mask, truncated: false, uncut }
  // What begins a sequence stays, then what is asked loses its start; the answer is cut only where it alone is too long.
  const kept = tokenizer.prefixIds.length > 0 || tokenizer.specialIds.has(ids[0]) ? 1 : 0
  const asked = mask.indexOf(1)
  const dropped = options.cut === 'start' && row.kind !== 'text' ? Math.max(0, Math.min(uncut - maxLength, asked - Math.max(kept, 1))) : 0
  const without = <T extends Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>>(all: T): T => {
    all.copyWithin(kept, kept + dropped)
    return all.slice(0, maxLength) as T
  }
  return { ids: without(ids), mask: without(mask), truncated: true, uncut }
}

/**
 * All rows. A plain text longer than `maxLength` becomes several examples instead of being cut, each starting with the
 * last token of the one before, so that every token is learned once. A row with nothing to learn becomes a problem.
 * `longest` counts tokens before anything is cut, of those rows too.
 */
export function makeExamples(
  rows: Iterable<Row>,
  tokenizer: Tokenizer,
  options: ExampleOptions,
  maxLength: number,
): { examples: Example[]; problems: RowProblem[]; longest: number } {
  let longest = 0
  const examples: Example[] = []
  const problems: RowProblem[] = []
  for (const row of rows) {
    try {
      const made =
        row.kind === 'text'
          ? windows(encodeRow(row, tokenizer, options), maxLength)
          : [makeExample(row, tokenizer, options, maxLength)]
      for (const e of made) longest = Math.max(longest, e.uncut ?? e.ids.length)
      const useful = made.filter((e) => e.mask.includes(1))
      examples.push(...useful)
      if (useful.length === 0)
        problems.push({
          line: row.line,
          ...(made[0]?.truncated
            ? { reason: `the prompt alone fills all ${maxLength} tokens, so nothing is left to learn; raise the longest row.`, cause: 'no-room' as const }
            : { reason: 'has nothing to learn: no answer in it.', cause: 'empty' as const }),
        })
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      problems.push({ line: row.line, reason: error.message })
    }
  }
  return { examples, problems, longest }
}

/** The example as a person reads it: the tokens that will be learned are marked, and those whose class is learned carry its label. */
export function previewTokens(example: Example, tokenizer: Tokenizer, labels: readonly string[] = []): PreviewToken[] {
  let text = streamDecoder(tokenizer, { skipSpecial: false })
  return Array.from(example.ids, (id, i) => {
    const target = example.targets?.[i] ?? -1
    const trained = example.mask[i] === 1 || target >= 0
    const label = labels[target]
    const more = { trained, ...(label !== undefined && { label }) }
    if (!tokenizer.specialIds.has(id)) return { text: text.push(id), special: false, ...more }
    text = streamDecoder(tokenizer, { skipSpecial: false })
    return { text: tokenizer.idToToken(id) ?? '', special: true, ...more }
  })
}

interface Encoded {
  readonly ids: Int32Array<ArrayBuffer>
  readonly mask: Uint8Array<ArrayBuffer>
}

function encodeRow(row: Row, tokenizer: Tokenizer, options: ExampleOptions): Encoded {
  const { specialTokens } = tokenizer
  const template = { ...options, specialTokens }
  const segments = renderRow(row, template)
  const parts = encodeSegments(
    segments.map((s) => s.text),
    tokenizer,
  )
  const prefix = isTemplated(row, template) ? new Int32Array(0) : tokenizer.prefixIds
  const length = parts.reduce((n, p) => n + p.length, prefix.length)
  const ids = new Int32Array(length)
  const mask = new Uint8Array(length)
  ids.set(prefix)
  let at = prefix.length
  parts.forEach((part, i) => {
    ids.set(part, at)
    if (segments[i]?.trained) mask.fill(1, at, at + part.length)
    at += part.length
  })
  mask.fill(0, 0, 1)
  return { ids, mask }
}

function windows({ ids, mask }: Encoded, maxLength: number): Example[] {
  const out: Example[] = []
  for (let at = 0; at === 0 || at + 1 < ids.length; at += maxLength - 1) {
    const window = mask.slice(at, at + maxLength)
    window.fill(0, 0, 1)
    out.push({ ids: ids.slice(at, at + maxLength), mask: window, truncated: false, uncut: Math.min(maxLength, ids.length - at) })
  }
  return out
}
