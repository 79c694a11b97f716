// Which class was answered where which was expected, and precision, recall and F1 of each class: scikit-learn's definitions,
// 0 where nothing is divided by nothing. The macro F1 is the plain mean over the classes that are expected somewhere.
import type { Confusion } from '../protocol/report.ts'

/**
 * @param labels every class that is expected; any other answer falls into one last column
 * @returns counts (expected, answered), a row for each label
 */
export function confusionOf(labels: readonly string[], expected: readonly string[], answered: readonly string[]): Confusion {
  const place = new Map(labels.map((label, i) => [label, i]))
  const counts = labels.map(() => Array.from({ length: labels.length + 1 }, () => 0))
  for (const [i, label] of expected.entries()) {
    const row = place.get(label)
    if (row !== undefined) counts[row][place.get(answered[i]) ?? labels.length]++
  }
  const classes = labels.map((_, i) => {
    const right = counts[i][i]
    const support = counts[i].reduce((a, b) => a + b, 0)
    const claimed = counts.reduce((n, row) => n + row[i], 0)
    return { precision: claimed > 0 ? right / claimed : 0, recall: support > 0 ? right / support : 0, f1: support + claimed > 0 ? (2 * right) / (support + claimed) : 0, support }
  })
  return { counts, classes, macroF1: classes.reduce((n, c) => n + c.f1, 0) / Math.max(1, classes.length) }
}
