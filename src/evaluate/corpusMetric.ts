// A metric over a set of answers as sums of numbers per answer: what is added up can be drawn again for a bootstrap without
// reading a text twice.

export interface CorpusMetric {
  /** What one answer adds, always the same count of numbers. */
  stats(answer: string, expected: string): readonly number[]
  /** The metric of a sum of such numbers. */
  score(sums: readonly number[]): number
}

/** Element by element. @param width of a row, for no rows at all */
export function sumStats(rows: readonly (readonly number[])[], width = rows[0]?.length ?? 0): number[] {
  const sums = Array.from({ length: width }, () => 0)
  for (const row of rows) for (let i = 0; i < width; i++) sums[i] += row[i]
  return sums
}
