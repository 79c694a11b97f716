// One update from several of the same shape: the plain weighted sum, or TIES' mean over those that agree in sign.
// The rules are those of peft 0.21, utils/merge_utils.

type Updates = readonly Float32Array[]

export const MAJORITY_SIGN_METHODS = ['total', 'frequency'] as const
/** Whether a sign is elected by the sum of values or by the count of signs. */
export type MajoritySignMethod = (typeof MAJORITY_SIGN_METHODS)[number]

/** Σ weight · update */
export function weightedSum(updates: Updates, weights: readonly number[]): Float32Array<ArrayBuffer> {
  return Float32Array.from(updates[0], (_, i) => updates.reduce((sum, x, t) => sum + weights[t] * x[i], 0))
}

/**
 * For every place the mean of weight · update over the updates whose sign there is the elected one. Updates that are zero
 * there do not count, and the election does not see the weights.
 */
export function signConsensus(updates: Updates, weights: readonly number[], method: MajoritySignMethod): Float32Array<ArrayBuffer> {
  return Float32Array.from(updates[0], (_, i) => {
    const votes = updates.reduce((sum, x) => sum + (method === 'total' ? x[i] : Math.sign(x[i])), 0)
    const elected = votes >= 0 ? 1 : -1
    let [sum, count] = [0, 0]
    for (const [t, x] of updates.entries()) {
      if (Math.sign(x[i]) !== elected) continue
      sum += weights[t] * x[i]
      count++
    }
    return sum / Math.max(count, 1)
  })
}
