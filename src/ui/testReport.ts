// The report card of the scripted run: better beyond chance on the test rows, and a little forgotten.
import type { RunEvent } from '../protocol/event.ts'
import type { Confusion, Measure } from '../protocol/report.ts'
import { testScore } from './testFixtures.ts'

const general = { on: 'general', count: 16, unit: 'passage' } as const

const LABELS = ['broken', 'late', 'praise']
const confusion = (counts: Confusion['counts']): Confusion => {
  const classes = counts.map((row, i) => {
    const support = row.reduce((a, b) => a + b, 0)
    const claimed = counts.reduce((n, r) => n + r[i], 0)
    return { precision: claimed > 0 ? row[i] / claimed : 0, recall: row[i] / support, f1: (2 * row[i]) / (support + claimed), support }
  })
  return { counts, classes, macroF1: classes.reduce((n, c) => n + c.f1, 0) / classes.length }
}

/** @param rows that were asked */
export function testReport(rows: number): Extract<RunEvent, { type: 'report' }> {
  const share = (when: 'before' | 'after'): number => {
    const score = testScore(when, rows)
    return score.type === 'score' ? (100 * score.correct) / Math.max(1, score.total) : 0
  }
  const [was, is] = [share('before'), share('after')]
  const measures: readonly Measure[] = [
    {
      id: 'exact_match',
      on: 'test',
      count: rows,
      unit: 'answer',
      before: { value: was, interval: { low: Math.max(0, was - 8), high: was + 11 } },
      after: { value: is, interval: { low: is - 14, high: Math.min(100, is + 10) } },
      difference: { test: 'mcnemar', p: 0.0000002, verdict: 'better' },
    },
    {
      id: 'chrf',
      on: 'test',
      count: rows,
      unit: 'answer',
      before: { value: 31.2, interval: { low: 24.1, high: 39.7 } },
      after: { value: 84.6, interval: { low: 75.9, high: 92.3 } },
      difference: { test: 'bootstrap', p: 0.001, interval: { low: 43.2, high: 63.9 }, verdict: 'better' },
    },
    {
      id: 'perplexity',
      on: 'validation',
      count: 48,
      unit: 'row',
      before: { value: 31.6, interval: { low: 28.3, high: 35.4 } },
      after: { value: 2.98, interval: { low: 2.81, high: 3.16 } },
      difference: { test: 'bootstrap', p: 0.000999, interval: { low: -32.2, high: -25.4 }, verdict: 'better' },
    },
    {
      ...general,
      id: 'perplexity',
      before: { value: 164.5, interval: { low: 117, high: 260 } },
      after: { value: 174.2, interval: { low: 124, high: 274 } },
      difference: { test: 'bootstrap', p: 0.022, interval: { low: 2.2, high: 19.1 }, verdict: 'worse' },
    },
    {
      ...general,
      id: 'bits_per_byte',
      before: { value: 2.032, interval: { low: 1.86, high: 2.26 } },
      after: { value: 2.055, interval: { low: 1.88, high: 2.28 } },
      difference: { test: 'bootstrap', p: 0.002, interval: { low: 0.01, high: 0.04 }, verdict: 'worse' },
    },
  ]
  const classes = { labels: LABELS, before: confusion([[2, 0, 1, 17], [0, 3, 0, 13], [0, 1, 1, 12]]), after: confusion([[17, 2, 0, 1], [3, 12, 1, 0], [0, 1, 13, 0]]) }
  return { type: 'report', report: { measures, classes } }
}
