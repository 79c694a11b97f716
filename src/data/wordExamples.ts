// Rows of labelled words as examples: every word is tokenised by itself, its label stands at its first token, and the others
// carry no loss, as transformers' token classification does it.
import type { RowProblem } from '../protocol/studio.ts'
import { IGNORED } from './batches.ts'
import type { InputOptions } from './classInput.ts'
import type { Example } from './examples.ts'
import type { Row } from './row.ts'
import type { Tokenizer } from './tokenizer.ts'

export interface WordInput {
  readonly ids: Int32Array<ArrayBuffer>
  /** Place of each word's first token; -1 for a word that was cut away, or that has no token. */
  readonly places: Int32Array<ArrayBuffer>
  readonly truncated: boolean
  readonly uncut: number
}

/** Tokenizers that mark the space before a word in its token need it said. */
const leads = new WeakMap<Tokenizer, string>()
function leadOf(tokenizer: Tokenizer): string {
  const known = leads.get(tokenizer)
  if (known !== undefined) return known
  const [alone, both] = [[...tokenizer.encode('a'), ...tokenizer.encode('b')].join(), tokenizer.encode('a b').join()]
  const lead = alone === both ? '' : ' '
  leads.set(tokenizer, lead)
  return lead
}

export function wordInput(words: readonly string[], tokenizer: Tokenizer, { maxLength, cut = 'end' }: InputOptions): WordInput {
  const { prefixIds, suffixIds } = tokenizer
  const lead = leadOf(tokenizer)
  const tokens = words.map((word) => tokenizer.encode(lead + word))
  const count = tokens.reduce((n, t) => n + t.length, 0)
  const room = Math.max(0, maxLength - prefixIds.length - suffixIds.length)
  /** Tokens that are dropped before the rest. */
  const skipped = cut === 'start' ? Math.max(0, count - room) : 0
  const own: number[] = []
  const places = new Int32Array(words.length).fill(-1)
  let at = 0
  for (const [i, some] of tokens.entries()) {
    if (some.length > 0 && at >= skipped && at < skipped + room) places[i] = prefixIds.length + at - skipped
    for (const id of some) {
      if (at >= skipped && at < skipped + room) own.push(id)
      at++
    }
  }
  return { ids: Int32Array.from([...prefixIds, ...own, ...suffixIds]).slice(0, maxLength), places, truncated: count > room, uncut: count + prefixIds.length + suffixIds.length }
}

export interface WordOptions extends InputOptions {
  /** Names, by class. */
  readonly labels: readonly string[]
}

/** One example a row; a row with a label that is no class becomes a problem. */
export function makeWordExamples(rows: Iterable<Row>, tokenizer: Tokenizer, { labels, ...options }: WordOptions): { examples: Example[]; problems: RowProblem[] } {
  const classes = new Map(labels.map((label, i) => [label, i]))
  const examples: Example[] = []
  const problems: RowProblem[] = []
  for (const row of rows) {
    const { line } = row
    if (row.kind !== 'words') {
      problems.push({ line, reason: 'has no words with labels.' })
      continue
    }
    const unknown = row.labels.find((label) => !classes.has(label))
    if (unknown !== undefined) {
      problems.push({ line, reason: `has the label ${JSON.stringify(unknown)}, which no training row has.` })
      continue
    }
    const { ids, places, truncated, uncut } = wordInput(row.words, tokenizer, options)
    const targets = new Int32Array(ids.length).fill(IGNORED)
    for (const [i, place] of places.entries()) if (place >= 0) targets[place] = classes.get(row.labels[i])!
    if (targets.every((t) => t < 0)) {
      problems.push({ line, reason: 'has no word that the tokenizer knows how to write.', cause: 'empty' })
      continue
    }
    examples.push({ ids, mask: new Uint8Array(ids.length), truncated, uncut, targets })
  }
  return { examples, problems }
}
