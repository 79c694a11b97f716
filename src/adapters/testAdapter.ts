// For tests: random LoRA adapters as PEFT would save them, and what they add to the weights.
import type { Adapter, AdapterTensor } from '../files/adapter.ts'
import { byPattern } from '../methods/patterns.ts'
import { normal } from '../lib/rng.ts'
import type { LoraAdapter } from './loraAdapter.ts'

const PATHS = ['model.embed_tokens', 'model.layers.0.self_attn.q_proj', 'model.layers.1.mlp.down_proj']

/** A layer's `in` is 12 and its `out` 8; an embedding has 10 tokens. */
export function testAdapter(seed: number, config: Record<string, unknown> = {}, paths: readonly string[] = PATHS, others: ReadonlyMap<string, AdapterTensor> = new Map(), width = 12): Adapter {
  const whole = { peft_type: 'LORA', r: 8, lora_alpha: 8, bias: 'none', target_modules: ['embed_tokens', 'q_proj', 'down_proj'], ...config }
  const tensors = new Map<string, AdapterTensor>(others)
  let stream = 0
  const put = (key: string, shape: readonly number[]): void => {
    stream++
    tensors.set(`base_model.model.${key}`, { shape, data: Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => normal(seed, stream, i)) })
  }
  for (const path of paths) {
    const r = byPattern((config['rank_pattern'] as Record<string, number> | undefined) ?? {}, path, Number(whole.r))
    const embedding = path.endsWith('embed_tokens')
    put(`${path}.${embedding ? 'lora_embedding_A' : 'lora_A.weight'}`, [r, embedding ? 10 : width])
    put(`${path}.${embedding ? 'lora_embedding_B' : 'lora_B.weight'}`, [8, r])
  }
  return { config: whole, tensors, card: '' }
}

/** scaling · b · a of every layer, (out, in), in double precision up to the last rounding. */
export function updates({ modules }: LoraAdapter): Map<string, Float32Array> {
  return new Map(
    [...modules].map(([path, { a, b, rank, in: inputs, out, scaling }]) => {
      const delta = new Float32Array(out * inputs)
      for (let at = 0; at < delta.length; at++) {
        let sum = 0
        for (let k = 0; k < rank; k++) sum += b[Math.floor(at / inputs) * rank + k] * a[k * inputs + (at % inputs)]
        delta[at] = sum * scaling
      }
      return [path, delta]
    }),
  )
}

/** Largest difference over the largest expected magnitude. */
export function differenceOf(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, largest] = [found.length === expected.length ? 0 : Number.POSITIVE_INFINITY, 0]
  for (let i = 0; i < expected.length; i++) {
    const d = Math.abs(found[i] - expected[i])
    difference = d >= 0 ? Math.max(difference, d) : Number.POSITIVE_INFINITY
    largest = Math.max(largest, Math.abs(expected[i]))
  }
  return difference / Math.max(largest, 1e-30)
}
