// Entity F1 over lines of tagged text, 0 to 100: a stretch is right where its place and its kind are.
import { readTagged } from '../protocol/taggedText.ts'
import type { CorpusMetric } from './corpusMetric.ts'

/** Three numbers a text: stretches expected, found, and right. */
export const taggedF1: CorpusMetric = {
  stats(answer, expected) {
    const [own, wanted] = [places(answer), places(expected)]
    return [wanted.size, own.size, [...own].filter((s) => wanted.has(s)).length]
  },
  score: ([wanted, found, right]) => (right > 0 ? (200 * right) / (wanted + found) : 0),
}

function places(text: string): Set<string> {
  const found = new Set<string>()
  let at = 0
  for (const piece of readTagged(text)) {
    const end = at + piece.text.length
    if (piece.label !== undefined) found.add(`${at} ${end} ${piece.label}`)
    at = end
  }
  return found
}
