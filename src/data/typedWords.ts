// A typed text as the words that corpora of labelled words have: punctuation apart, except inside a word.

export interface TypedWords {
  readonly words: readonly string[]
  /** What stands before each word. */
  readonly gaps: readonly string[]
}

const WORD = /[\p{L}\p{M}\p{N}]+(?:['’\-.,][\p{L}\p{M}\p{N}]+)*|[^\s\p{L}\p{M}\p{N}]/gu

export function typedWords(text: string): TypedWords {
  const words: string[] = []
  const gaps: string[] = []
  let at = 0
  for (const match of text.matchAll(WORD)) {
    gaps.push(text.slice(at, match.index))
    words.push(match[0])
    at = match.index + match[0].length
  }
  return { words, gaps }
}
