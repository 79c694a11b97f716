// BLEU-4 as sacreBLEU computes it by default (nrefs:1, case:mixed, tok:13a, smooth:exp). 0 to 100.
// https://aclanthology.org/P02-1040, https://aclanthology.org/W18-6319
import { grams } from './chrF.ts'
import type { CorpusMetric } from './corpusMetric.ts'

const ORDERS = 4

/** Words of the answer and of what was expected, then right and all n-grams of each order. */
export const bleu: CorpusMetric = {
  stats(answer, expected) {
    const [own, wanted] = [words13a(answer), words13a(expected)]
    const stats = [own.length, wanted.length]
    for (let order = 1; order <= ORDERS; order++) {
      const known = grams(wanted, order, ' ')
      let [right, all] = [0, 0]
      for (const [gram, count] of grams(own, order, ' ')) {
        all += count
        right += Math.min(count, known.get(gram) ?? 0)
      }
      stats.push(right, all)
    }
    return stats
  },
  score([own, wanted, ...counts]) {
    let logs = 0
    let none = 1
    let anyRight = false
    for (let order = 0; order < ORDERS; order++) {
      const [right, all] = [counts[2 * order], counts[2 * order + 1]]
      if (all === 0) return 0
      if (right > 0) anyRight = true
      // Every order without a hit counts as half of the one before.
      else none *= 2
      logs += Math.log(right > 0 ? right / all : 1 / (none * all))
    }
    if (!anyRight) return 0
    const brevity = own >= wanted ? 1 : Math.exp(1 - wanted / own)
    return 100 * brevity * Math.exp(logs / ORDERS)
  },
}

const ENTITIES: readonly (readonly [string, string])[] = [['&quot;', '"'], ['&amp;', '&'], ['&lt;', '<'], ['&gt;', '>']]

/** Words as mteval-v13a.pl cuts them: punctuation by itself, except between digits. */
export function words13a(text: string): string[] {
  let line = text.trimEnd().replaceAll('<skipped>', '').replaceAll('-\n', '').replaceAll('\n', ' ')
  for (const [entity, sign] of ENTITIES) line = line.replaceAll(entity, sign)
  return ` ${line} `
    .replace(/([{-~[-` -&(-+:-@/])/g, ' $1 ')
    .replace(/([^0-9])([.,])/g, '$1 $2 ')
    .replace(/([.,])([^0-9])/g, ' $1 $2')
    .replace(/([0-9])(-)/g, '$1 $2 ')
    .split(/\p{White_Space}+/u)
    .filter((word) => word !== '')
}
