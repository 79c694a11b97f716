// What can be benched: a model, its methods and the shape of a batch. Weights are random where no file is needed; those of
// lora-small are 32-bit, so that other libraries compute with the very same numbers in the same type.
import { bytesSource, type ByteSource } from '../../files/byteSource.ts'
import { openModelFolder } from '../../files/openModelFolder.ts'
import { writeSafetensors, type OutTensor } from '../../files/writeSafetensors.ts'
import { familyOf } from '../../families/registry.ts'
import { utf8 } from '../../lib/bytes.ts'
import { f32ToF16 } from '../../lib/halfFloat.ts'
import { bits, streamOf } from '../../lib/rng.ts'
import type { MethodChoice } from '../../protocol/recipe.ts'
import { openModel, type OpenModel } from '../../train/base.ts'
import { outline } from '../../train/census.ts'

export type Config = Readonly<Record<string, unknown>> & { readonly model_type: string }

/** Files of public/starter, wherever the bench runs. */
export type ReadStarter = () => Promise<Map<string, ByteSource>>

export interface Preset {
  readonly name: string
  readonly says: string
  readonly batch: number
  readonly length: number
  readonly methods: readonly MethodChoice[]
  /** Left out: the built-in model. */
  readonly config?: Config
  readonly stored: 'f32' | 'f16'
  /** Takes minutes where the GPU is software. */
  readonly large?: boolean
  /** Whether other libraries take the same step. */
  readonly peers?: boolean
}

const everywhere = (r: number): readonly MethodChoice[] => [{ id: 'lora', options: { r, lora_alpha: 2 * r, target_modules: ['all-linear'] } }]

const smollm2: Config = {
  model_type: 'llama', hidden_size: 576, intermediate_size: 1536, num_hidden_layers: 30, num_attention_heads: 9, num_key_value_heads: 3,
  vocab_size: 49_152, max_position_embeddings: 8192, rope_theta: 100_000, rms_norm_eps: 1e-5, tie_word_embeddings: true,
}
const qwen25: Config = {
  model_type: 'qwen2', hidden_size: 896, intermediate_size: 4864, num_hidden_layers: 24, num_attention_heads: 14, num_key_value_heads: 2,
  vocab_size: 151_936, max_position_embeddings: 32_768, rope_theta: 1_000_000, rms_norm_eps: 1e-6, tie_word_embeddings: true,
}
export const small: Config = {
  model_type: 'llama', hidden_size: 256, intermediate_size: 688, num_hidden_layers: 4, num_attention_heads: 4, num_key_value_heads: 4,
  vocab_size: 2048, max_position_embeddings: 2048, rope_theta: 10_000, rms_norm_eps: 1e-5, tie_word_embeddings: false,
}

const list: readonly Preset[] = [
  {
    name: 'lora-small', says: '4 layers, width 256, 4 heads, SwiGLU 688, 2,048 words, untied head; LoRA r = 8 on q, k, v, o', batch: 2, length: 256, config: small, stored: 'f32', peers: true,
    methods: [{ id: 'lora', options: { r: 8, lora_alpha: 16, target_modules: ['q_proj', 'k_proj', 'v_proj', 'o_proj'] } }],
  },
  { name: 'starter', says: 'the built-in model; LoRA r = 8 on all linear layers', batch: 8, length: 64, methods: everywhere(8), stored: 'f16' },
  { name: 'smollm2-135m', says: 'SmolLM2-135M’s shapes, random 16-bit weights; LoRA r = 16 on all linear layers', batch: 2, length: 512, methods: everywhere(16), config: smollm2, stored: 'f16', large: true },
  { name: 'qwen2.5-0.5b', says: 'Qwen2.5-0.5B’s shapes, random 16-bit weights; LoRA r = 16 on all linear layers', batch: 2, length: 512, methods: everywhere(16), config: qwen25, stored: 'f16', large: true },
]

export const presets: ReadonlyMap<string, Preset> = new Map(list.map((p) => [p.name, p]))

/** A preset's model. */
export async function openPreset({ config, stored }: Pick<Preset, 'config' | 'stored'>, readStarter: ReadStarter): Promise<OpenModel> {
  return config ? randomModel(config, stored) : openModel(await openModelFolder(await readStarter()))
}

/** A model of that config.json with random weights of standard deviation 0.02, the same on every machine; norms are ones, biases zeros. */
export async function randomModel(config: Config, stored: 'f32' | 'f16'): Promise<OpenModel> {
  const family = familyOf(config.model_type)
  const tensors = new Map<string, OutTensor>()
  for (const { name, shape } of outline(family, family.config(config)).manifest) {
    const size = shape.reduce((n, d) => n * d, 1)
    const values = shape.length === 1 ? new Float32Array(size).fill(name.endsWith('bias') ? 0 : 1) : randomValues(name, Math.min(size, PERIOD[stored]))
    const bytes = new Uint8Array((stored === 'f32' ? values : f32ToF16(values)).buffer as ArrayBuffer)
    tensors.set(name, { dtype: stored === 'f32' ? 'F32' : 'F16', shape, data: repeated(bytes, size * (stored === 'f32' ? 4 : 2)) })
  }
  const json = (name: string, value: unknown): [string, ByteSource] => [name, bytesSource(utf8(JSON.stringify(value)), name)]
  const files = new Map([json('config.json', config), json('tokenizer.json', {}), ['model.safetensors', bytesSource(writeSafetensors(tensors), 'model.safetensors')]])
  return openModel(await openModelFolder(files))
}

/** Longer tensors repeat their numbers after so many, a prime: the hundreds of millions of large models would take minutes to draw. */
const PERIOD = { f32: 1_048_573, f16: 65_521 }
/** Standard deviation of the sum of four uniform bytes. */
const FOUR_BYTES = Math.sqrt((4 * (256 ** 2 - 1)) / 12)

function randomValues(name: string, size: number): Float32Array<ArrayBuffer> {
  const stream = streamOf(name)
  return Float32Array.from({ length: size }, (_, i) => {
    const word = bits(1, stream, i)
    return ((word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24) - 510) * (0.02 / FOUR_BYTES)
  })
}

function repeated(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  if (bytes.length === size) return bytes
  const all = new Uint8Array(size)
  for (let at = 0; at < size; at += bytes.length) all.set(bytes.subarray(0, Math.min(bytes.length, size - at)), at)
  return all
}
