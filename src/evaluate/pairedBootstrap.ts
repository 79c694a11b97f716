// Paired bootstrap: rows are drawn with replacement, the same ones for both models, and the metric is taken of each draw.
// Intervals are percentiles of the draws. The p value is the share of draws whose difference lies as far from their mean as the
// measured difference lies from none, with one added, as sacreBLEU's paired test has it. https://aclanthology.org/W04-3250
// The seed decides the draws, so the same answers always give the same verdict.
import { bits } from '../lib/rng.ts'
import type { Interval } from '../protocol/report.ts'
import { sumStats } from './corpusMetric.ts'

const RESAMPLES = 1000
const STREAM = 0xb007

export interface Bootstrapped {
  readonly before: Interval
  readonly after: Interval
  /** Of after − before. */
  readonly difference: Interval
  readonly p: number
}

/** @param before numbers that each row adds, as `after` has them of the same rows in the same order */
export function pairedBootstrap(before: readonly (readonly number[])[], after: readonly (readonly number[])[], score: (sums: readonly number[]) => number, seed: number, resamples = RESAMPLES): Bootstrapped {
  const n = before.length
  const [olds, news, differences] = [new Float64Array(resamples), new Float64Array(resamples), new Float64Array(resamples)]
  for (let draw = 0; draw < resamples; draw++) {
    const times = new Uint32Array(n)
    for (let i = 0; i < n; i++) times[Math.floor((bits(seed, STREAM, draw * n + i) / 0x100000000) * n)]++
    olds[draw] = score(weightedSum(before, times))
    news[draw] = score(weightedSum(after, times))
    differences[draw] = news[draw] - olds[draw]
  }
  const measured = Math.abs(score(sumStats(after)) - score(sumStats(before)))
  const mean = differences.reduce((a, b) => a + b, 0) / resamples
  // A hair of tolerance: sums in another order round differently.
  const far = differences.reduce((count, d) => count + Number(Math.abs(d - mean) >= measured - 1e-12), 0)
  return { before: middle95(olds), after: middle95(news), difference: middle95(differences), p: (far + 1) / (resamples + 1) }
}

function weightedSum(rows: readonly (readonly number[])[], times: Uint32Array): number[] {
  const sums = Array.from({ length: rows[0]?.length ?? 0 }, () => 0)
  for (const [i, row] of rows.entries()) if (times[i] > 0) for (let j = 0; j < sums.length; j++) sums[j] += times[i] * row[j]
  return sums
}

function middle95(draws: Float64Array): Interval {
  const sorted = draws.toSorted()
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(share * (sorted.length - 1))))]
  return { low: at(0.025), high: at(0.975) }
}
