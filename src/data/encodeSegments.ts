// Ids of a text that is given in pieces, with a boundary between tokens wherever a piece ends. Where the tokenizer
// would put a boundary there anyway, the ids are those of the whole text; elsewhere the boundary is forced, exactly
// as it is at inference, where the prompt is tokenised before the answer exists.
import type { Tokenizer } from './tokenizer.ts'

/** Characters of left context that decide how a piece starts: enough for any one word and its spaces. */
const CONTEXT = 48

export function encodeSegments(texts: readonly string[], tokenizer: Tokenizer): Int32Array[] {
  let before = ''
  return texts.map((text) => {
    const ids = before === '' ? tokenizer.encode(text) : continuation(before, text, tokenizer)
    before = (before + text).slice(-4 * CONTEXT)
    return ids
  })
}

/**
 * Encodes the piece after its context and drops the context's ids. This matters to tokenizers that add a space at the
 * start of whatever they are given: a piece in mid-text must not get one.
 */
function continuation(before: string, text: string, tokenizer: Tokenizer): Int32Array {
  const context = before.slice(-CONTEXT).replace(/^[\udc00-\udfff]/, '')
  const left = tokenizer.encode(context)
  const both = tokenizer.encode(context + text)
  if (left.every((id, i) => both[i] === id)) return both.slice(left.length)
  // The tokenizer would merge across the boundary. Force it there; a line break in front shows whether the tokenizer
  // adds a space to a start, and takes it away again.
  const lineBreak = tokenizer.encode('\n')
  const after = tokenizer.encode(`\n${text}`)
  if (lineBreak.length > 0 && lineBreak.every((id, i) => after[i] === id)) return after.slice(lineBreak.length)
  return tokenizer.encode(text)
}
