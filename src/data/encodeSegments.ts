// Ids of a text that is given in pieces, with a boundary between tokens wherever a piece ends. Where the tokenizer
// would put a boundary there anyway, the ids are those of the whole text; elsewhere the boundary is forced, exactly
// as it is at inference, where the prompt is tokenised before the answer exists.
import type { Tokenizer } from './tokenizer.ts'

export function encodeSegments(texts: readonly string[], tokenizer: Tokenizer): Int32Array[] {
  return texts.map((text, i) => (i > 0 && startsWithSpace(tokenizer) ? continuation(text, tokenizer) : tokenizer.encode(text)))
}

const known = new WeakMap<Tokenizer, boolean>()

/** Whether the tokenizer adds a space at the start of whatever it is given, as those made with SentencePiece do. */
function startsWithSpace(tokenizer: Tokenizer): boolean {
  let answer = known.get(tokenizer)
  if (answer === undefined) {
    const alone = tokenizer.encode('a')
    const inside = continuation('a', tokenizer)
    answer = alone.length !== inside.length || alone.some((id, i) => id !== inside[i])
    known.set(tokenizer, answer)
  }
  return answer
}

/** A piece in mid-text must not get that space: it is encoded after a line break, whose ids are then dropped. */
function continuation(text: string, tokenizer: Tokenizer): Int32Array {
  const before = tokenizer.encode('\n')
  const both = tokenizer.encode(`\n${text}`)
  return before.every((id, i) => both[i] === id) ? both.slice(before.length) : tokenizer.encode(text)
}
