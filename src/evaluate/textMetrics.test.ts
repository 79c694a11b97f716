// chrF and BLEU against the scores of sacreBLEU 2.6.0 (CHRF() and BLEU(), corpus_score).
import { describe, expect, it } from 'vitest'
import { bleu, words13a } from './bleu.ts'
import { chrF } from './chrF.ts'
import { sumStats, type CorpusMetric } from './corpusMetric.ts'

const CASES = [
  { answers: ["Arr, matey! Mud be brown. Yo ho!", "The plural of house be houses."], expected: ["Arr, matey! Mud be brown. Yo ho!", "Arr, matey! The plural of house be houses. Yo ho!"], bleu: 67.78095780054507, chrF: 79.2417361632987 },
  { answers: ["{\"item\": \"plums\", \"count\": 3}", "nothing at all"], expected: ["{\"item\": \"plums\", \"count\": 13, \"day\": \"Monday\"}", "Good morning, dear friends"], bleu: 45.10506751042033, chrF: 42.461351640459156 },
  { answers: ["The cat sat on the mat.", "1,000.5 apples-and 3-4 pears &amp; “tea”"], expected: ["The cat is on the mat.", "1,000.5 apples and 3-4 pears & tea"], bleu: 48.89001900348794, chrF: 73.81487041658242 },
  { answers: ["", "a b c d e"], expected: ["the quick brown fox", "a b c d e f"], bleu: 36.78794411714425, chrF: 19.00803214941984 },
  { answers: ["ja", "no"], expected: ["yes", "never"], bleu: 0.0, chrF: 6.944444444444445 },
  { answers: ["Über die Brücke 🌉 gehen wir heute, nicht wahr?"], expected: ["Über der Brücke 🌉 stehen wir heute, nicht wahr?"], bleu: 53.48259312838876, chrF: 75.68888484376197 },
  { answers: ["well-\nknown things happen here today"], expected: ["well known things happened here today"], bleu: 19.3576934939088, chrF: 76.65092075244364 },
]

const score = (metric: CorpusMetric, answers: readonly string[], expected: readonly string[]): number => metric.score(sumStats(answers.map((answer, i) => metric.stats(answer, expected[i]))))

describe('as sacreBLEU', () => {
  it.each(CASES)('scores $answers', ({ answers, expected, ...scores }) => {
    expect(score(chrF, answers, expected)).toBeCloseTo(scores.chrF, 9)
    expect(score(bleu, answers, expected)).toBeCloseTo(scores.bleu, 9)
  })
  it('is 100 for the same and 0 for nothing', () => {
    for (const metric of [chrF, bleu]) {
      expect(score(metric, ['one two three four five'], ['one two three four five'])).toBeCloseTo(100, 9)
      expect(score(metric, [''], ['one two three four five'])).toBe(0)
    }
  })
  it('cuts words as 13a does', () => expect(words13a('Costs $1,000.50 &amp; up (since 1990-95).')).toEqual(['Costs', '$', '1,000.50', '&', 'up', '(', 'since', '1990', '-', '95', ')', '.']))
})
