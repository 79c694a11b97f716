// Compares a tensor with its golden values under the tolerance that PyTorch's own float32 noise allows:
// max(1e-5 × largest magnitude, 20 × noise), element by element.
import type { Noise } from './readCase.ts'

export interface Comparison {
  /** Largest difference over largest golden magnitude. */
  readonly error: number
  /** Largest difference over the tolerance; above 1 fails. */
  readonly share: number
}

export function compare(found: ArrayLike<number>, golden: ArrayLike<number>, noise: Noise = [0, 0]): Comparison {
  let largest = 0
  let difference = 0
  for (let i = 0; i < golden.length; i++) {
    largest = Math.max(largest, Math.abs(golden[i]))
    const d = Math.abs(found[i] - golden[i])
    // NaN must not hide behind a comparison.
    difference = d >= 0 ? Math.max(difference, d) : Number.POSITIVE_INFINITY
  }
  if (found.length !== golden.length) difference = Number.POSITIVE_INFINITY
  const tolerance = Math.max(1e-5 * largest, 20 * noise[0])
  return { error: difference / Math.max(largest, 1e-30), share: difference / Math.max(tolerance, 1e-30) }
}

/**
 * One number of a list against another, with noise given relative to it.
 * @param largest magnitude of the list, which the tolerance is a part of; of the number itself unless said
 */
export function compareNumber(found: number, golden: number, relativeNoise = 0, largest = Math.abs(golden)): Comparison {
  const difference = Number.isFinite(found) ? Math.abs(found - golden) : Number.POSITIVE_INFINITY
  const tolerance = Math.max(1e-5 * largest, 20 * relativeNoise * Math.abs(golden))
  return { error: difference / Math.max(Math.abs(golden), 1e-30), share: difference / Math.max(tolerance, 1e-30) }
}
