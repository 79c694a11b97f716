// chrF2 as sacreBLEU computes it (nc:6, nw:0, space:no, case:mixed, effective order): the F-score, recall weighing β² = 4, of
// precision and recall of character n-grams averaged over the orders 1 to 6. 0 to 100. https://aclanthology.org/W15-3049
import type { CorpusMetric } from './corpusMetric.ts'

const ORDERS = 6
const FACTOR = 2 ** 2
const NEARLY_NONE = 1e-16

/** Three numbers an order: n-grams of the answer, of what was expected, and of both. */
export const chrF: CorpusMetric = {
  stats(answer, expected) {
    const [own, wanted] = [letters(answer), letters(expected)]
    return Array.from({ length: ORDERS }, (_, i) => overlap(grams(own, i + 1), grams(wanted, i + 1))).flat()
  },
  score(sums) {
    let [precision, recall, orders] = [0, 0, 0]
    for (let i = 0; i < ORDERS; i++) {
      const [own, wanted, both] = sums.slice(3 * i, 3 * i + 3)
      if (own === 0 || wanted === 0) continue
      precision += both / own
      recall += both / wanted
      orders++
    }
    if (orders === 0 || precision + recall < NEARLY_NONE) return 0
    precision /= orders
    recall /= orders
    return (100 * (1 + FACTOR) * precision * recall) / (FACTOR * precision + recall)
  },
}

/** Code points without white space. */
const letters = (text: string): string[] => [...text.replace(/\p{White_Space}+/gu, '')]

export function grams(parts: readonly string[], order: number, between = ''): Map<string, number> {
  const counts = new Map<string, number>()
  for (let i = 0; i + order <= parts.length; i++) {
    const gram = parts.slice(i, i + order).join(between)
    counts.set(gram, (counts.get(gram) ?? 0) + 1)
  }
  return counts
}

/** How many the first has, unless the second has none; how many the second has; and how many both have. */
function overlap(own: ReadonlyMap<string, number>, wanted: ReadonlyMap<string, number>): [number, number, number] {
  let [all, both] = [0, 0]
  for (const [gram, count] of own) {
    all += count
    both += Math.min(count, wanted.get(gram) ?? 0)
  }
  let asked = 0
  for (const count of wanted.values()) asked += count
  return [asked > 0 ? all : 0, asked, both]
}
