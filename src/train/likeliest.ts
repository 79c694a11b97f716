// What a model holds most likely to come next, from its logits: its own probabilities, before a sampler narrows them.

export interface Likely {
  readonly id: number
  readonly probability: number
}

/** The `count` likeliest in descending order, and the probability of the token that was chosen. */
export function likeliest(logits: Float32Array, count: number, chosen: number): { readonly top: readonly Likely[]; readonly chosen: number } {
  const best: number[] = []
  for (let i = 0; i < logits.length; i++) {
    if (best.length === count && !(logits[i] > logits[best[count - 1]])) continue
    let at = best.length
    while (at > 0 && logits[i] > logits[best[at - 1]]) at--
    best.splice(at, 0, i)
    if (best.length > count) best.pop()
  }
  const most = logits[best[0]]
  let sum = 0
  for (const z of logits) sum += Math.exp(z - most)
  const probability = (i: number): number => Math.exp(logits[i] - most) / sum
  return { top: best.map((id) => ({ id, probability: probability(id) })), chosen: probability(chosen) }
}
