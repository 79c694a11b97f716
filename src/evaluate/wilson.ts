// The Wilson score interval of a share, 95 %: honest where numbers are small or a share is near 0 or 1.
// https://doi.org/10.1080/01621459.1927.10502953
import type { Interval } from '../protocol/report.ts'

const Z = 1.959963984540054

/** Shares, 0 to 1. */
export function wilson(right: number, total: number): Interval {
  if (total === 0) return { low: 0, high: 1 }
  const share = right / total
  const spread = (Z / (1 + Z ** 2 / total)) * Math.sqrt((share * (1 - share)) / total + Z ** 2 / (4 * total ** 2))
  const middle = (share + Z ** 2 / (2 * total)) / (1 + Z ** 2 / total)
  return { low: right === 0 ? 0 : middle - spread, high: right === total ? 1 : middle + spread }
}
