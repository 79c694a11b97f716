// Chooses the next token from logits: temperature, then top-k, then top-p, as transformers' samplers do.
import { argmax } from '../lib/argmax.ts'
import { uniform } from '../lib/rng.ts'

export interface Sampling {
  /** 0 is greedy. */
  readonly temperature: number
  /** 0 is no limit. */
  readonly topK: number
  /** 1 is no limit. */
  readonly topP: number
  readonly seed: number
}

export const GREEDY: Sampling = { temperature: 0, topK: 0, topP: 1, seed: 0 }

/** @param i number of the draw: the same seed and number choose alike */
export function sampleToken(logits: Float32Array, { temperature, topK, topP, seed }: Sampling, i: number): number {
  if (temperature <= 0) return argmax(logits)
  const order = Array.from(logits.keys()).toSorted((a, b) => logits[b] - logits[a])
  const kept = topK > 0 ? order.slice(0, topK) : order
  const top = logits[kept[0]]
  const weights = kept.map((t) => Math.exp((logits[t] - top) / temperature))
  const total = weights.reduce((n, w) => n + w, 0)
  // Nucleus: the fewest tokens whose probability reaches topP, at least one.
  let count = 0
  let mass = 0
  while (count < kept.length && (count === 0 || mass < topP * total)) mass += weights[count++]
  let draw = uniform(seed, 0x5a17, i) * mass
  for (let k = 0; k < count; k++) {
    draw -= weights[k]
    if (draw < 0) return kept[k]
  }
  return kept[count - 1]
}
