// One LoRA step as plain numbers, so that other libraries can compute the very same; sizes are those of the llama family.
import type { Batch } from '../../data/batches.ts'
import type { MethodChoice } from '../../protocol/recipe.ts'
import type { OpenModel } from '../../train/base.ts'
import type { Learner } from '../../train/learner.ts'
import { takeWindow } from '../../train/params.ts'

export const ADAMW = { rate: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, decay: 0.01, maxNorm: 1 }

export interface NamedTensor {
  /** Linear layers are [out, in]. */
  readonly shape: readonly number[]
  readonly data: Float32Array<ArrayBuffer>
}

export interface LoraSpec {
  /** config.json */
  readonly config: Readonly<Record<string, unknown>>
  readonly layers: number
  readonly width: number
  readonly heads: number
  readonly keyValueHeads: number
  readonly vocabulary: number
  readonly theta: number
  readonly eps: number
  /** lora_alpha / r */
  readonly scale: number
  readonly adamw: Readonly<typeof ADAMW>
  /** The frozen base, by its names in Hugging Face. */
  readonly weights: ReadonlyMap<string, NamedTensor>
  /** Where adapters start, by layer path, `model.layers.0.self_attn.q_proj`: A [r, in], B [out, r]. */
  readonly adapters: ReadonlyMap<string, { readonly a: NamedTensor; readonly b: NamedTensor }>
  readonly batch: Batch
}

/** cos and sin of the rotary angles, [T, head size] each, both halves alike. */
export function rotaryTables(length: number, headSize: number, theta: number): { cos: Float32Array<ArrayBuffer>; sin: Float32Array<ArrayBuffer> } {
  const half = headSize / 2
  const angle = (i: number): number => Math.floor(i / headSize) / theta ** ((i % half) / half)
  const table = (f: (x: number) => number): Float32Array<ArrayBuffer> => Float32Array.from({ length: length * headSize }, (_, i) => f(angle(i)))
  return { cos: table(Math.cos), sin: table(Math.sin) }
}

/** The spec of a model in 32-bit weights, with its adapters as `values` starts them. */
export async function loraSpecOf(model: OpenModel, methods: readonly MethodChoice[], { learner, values }: { readonly learner: Learner; readonly values: Float32Array<ArrayBuffer> }, batch: Batch): Promise<LoraSpec> {
  const json = model.folder.config
  const number = (name: string): number => json[name] as number
  const weights = new Map<string, NamedTensor>()
  for (const { name, shape } of learner.subject.census.weights) weights.set(name, { shape, data: new Float32Array(await learner.base.weights.readF32(name)) })
  const { windows } = learner.subject.layout
  const sides = new Map([...windows.values()].map((w) => [w.key, { shape: w.shape, data: takeWindow(values, w) }]))
  const adapters = new Map<string, { a: NamedTensor; b: NamedTensor }>()
  for (const [key, a] of sides) {
    const path = /^(?:base_model\.model\.)?(.*)\.lora_A\.weight$/.exec(key)?.[1]
    if (path !== undefined) adapters.set(path, { a, b: sides.get(key.replace('.lora_A.', '.lora_B.'))! })
  }
  const { r, lora_alpha } = methods[0].options as { r: number; lora_alpha: number }
  return {
    config: json,
    layers: number('num_hidden_layers'), width: number('hidden_size'), heads: number('num_attention_heads'), keyValueHeads: number('num_key_value_heads'),
    vocabulary: number('vocab_size'), theta: number('rope_theta'), eps: number('rms_norm_eps'),
    scale: lora_alpha / r, adamw: ADAMW, weights, adapters, batch,
  }
}
