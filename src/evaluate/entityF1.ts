// Precision, recall and F1 of labelled stretches, as conlleval and seqeval (default mode, micro average) count them: a stretch
// is right where its first word, its last word and its kind are. https://aclanthology.org/W00-0726
import type { EntityScore } from '../protocol/event.ts'
import { stretchesOf } from '../protocol/taggedText.ts'

/** Labels of every word, text by text. */
export function entityF1(expected: readonly (readonly string[])[], answered: readonly (readonly string[])[]): EntityScore {
  let [right, wanted, found] = [0, 0, 0]
  for (const [i, labels] of expected.entries()) {
    const own = stretchesOf(labels)
    const theirs = stretchesOf(answered[i])
    wanted += own.length
    found += theirs.length
    const known = new Set(own.map((s) => `${s.start} ${s.end} ${s.label}`))
    for (const s of theirs) if (known.has(`${s.start} ${s.end} ${s.label}`)) right++
  }
  const precision = found > 0 ? right / found : 0
  const recall = wanted > 0 ? right / wanted : 0
  return { precision, recall, f1: right > 0 ? (2 * precision * recall) / (precision + recall) : 0, right, wanted, found }
}
