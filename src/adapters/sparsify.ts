// Leaving out most of an update before updates are added: the small values (TIES, magnitude pruning) or random ones (DARE).
// TIES: https://arxiv.org/abs/2306.01708. DARE: https://arxiv.org/abs/2311.03099. Which values stay is as in peft 0.21.

/** The ⌊density · n⌋ values of largest magnitude, zeros elsewhere; of equal ones the earlier stay. */
export function keepLargest(x: Float32Array, density: number): Float32Array {
  if (density >= 1) return x
  const y = new Float32Array(x.length)
  let left = Math.trunc(density * x.length)
  if (left === 0) return y
  const threshold = Float32Array.from(x, Math.abs).sort()[x.length - left]
  for (let i = 0; i < x.length; i++) {
    if (Math.abs(x[i]) <= threshold) continue
    y[i] = x[i]
    left--
  }
  for (let i = 0; left > 0; i++) {
    if (Math.abs(x[i]) !== threshold) continue
    y[i] = x[i]
    left--
  }
  return y
}

/** The values that `keep` names, divided by the share that stays, so that sums are the same on average. */
export function keepRandom(x: Float32Array, density: number, keep: (i: number) => boolean): Float32Array {
  return density >= 1 ? x : x.map((value, i) => (keep(i) ? value / density : 0))
}
