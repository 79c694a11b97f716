// What several timings of one thing come to: the middle one, and how far they lie apart.
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
  readonly count: number
}

/** The middle of a list, the mean of the two middle ones where their number is even; NaN of nothing. */
export function medianOf(list: readonly number[]): number {
  if (list.length === 0) return Number.NaN
  const sorted = list.toSorted((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

export const spreadOf = (list: readonly number[]): Spread => ({ median: medianOf(list), min: Math.min(...list), max: Math.max(...list), count: list.length })

/** The spread of f(x) where f falls or rises throughout: times become rates. */
export function mapSpread({ median, min, max, count }: Spread, f: (x: number) => number): Spread {
  const [a, b] = [f(min), f(max)]
  return { median: f(median), min: Math.min(a, b), max: Math.max(a, b), count }
}
