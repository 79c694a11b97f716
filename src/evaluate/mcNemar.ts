// McNemar's exact test of two ways to answer the same questions: only questions that one way alone answers right say which is
// better, and if neither is, each of them falls either way like a coin. https://doi.org/10.1007/BF02295996

/** Two-sided p of `gained` questions that only the second answers right and `lost` that only the first does. */
export function mcNemar(gained: number, lost: number): number {
  const n = gained + lost
  const fewer = Math.min(gained, lost)
  // The binomial terms in logarithms: 2^-n is 0 for large n.
  let logTerm = -n * Math.LN2
  let tail = 0
  for (let k = 0; k <= fewer; k++) {
    tail += Math.exp(logTerm)
    logTerm += Math.log((n - k) / (k + 1))
  }
  return Math.min(1, 2 * tail)
}
