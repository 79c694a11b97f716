// Macro F1 as a metric over a corpus, 0 to 100: each answer adds one to what its class was claimed, expected and right.
import type { CorpusMetric } from './corpusMetric.ts'

/** Three numbers a class: expected, answered, both. A class that a draw does not expect is left out of its mean. */
export function macroF1(labels: readonly string[]): CorpusMetric {
  return {
    stats: (answer, expected) => labels.flatMap((label) => [Number(expected === label), Number(answer === label), Number(expected === label && answer === label)]),
    score(sums) {
      let [total, classes] = [0, 0]
      for (let i = 0; i < labels.length; i++) {
        const [wanted, claimed, right] = sums.slice(3 * i, 3 * i + 3)
        if (wanted === 0) continue
        total += (2 * right) / (wanted + claimed)
        classes++
      }
      return classes > 0 ? (100 * total) / classes : 0
    },
  }
}
