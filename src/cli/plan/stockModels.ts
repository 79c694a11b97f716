// Models that people ask for, by the numbers of their config.json: what the planner needs, and noise for weights to try it with.
import { bytesSource, rangeSource, type ByteSource } from '../../files/byteSource.ts'
import { openModelFolder } from '../../files/openModelFolder.ts'
import { familyOf } from '../../families/registry.ts'
import { utf8 } from '../../lib/bytes.ts'
import { f32ToBf16 } from '../../lib/halfFloat.ts'
import { bits } from '../../lib/rng.ts'
import { outline } from '../../train/census.ts'
import { openModel, type OpenModel } from '../../train/base.ts'
import type { Kept } from '../../train/keptAs.ts'

type Config = Readonly<Record<string, unknown>> & { readonly model_type: string }

const llama = (width: number, inner: number, layers: number, heads: number, kvHeads: number, words: number, tied = true): Config => ({
  model_type: 'llama', hidden_size: width, intermediate_size: inner, num_hidden_layers: layers, num_attention_heads: heads,
  num_key_value_heads: kvHeads, vocab_size: words, max_position_embeddings: 8192, tie_word_embeddings: tied,
})
const qwen = (...numbers: Parameters<typeof llama>): Config => ({ ...llama(...numbers), model_type: 'qwen2' })

/** Smallest first; sizes as their makers' config.json on the Hub has them. */
export const stockModels: readonly { readonly name: string; readonly config: Config }[] = [
  { name: 'SmolLM2-135M', config: llama(576, 1536, 30, 9, 3, 49_152) },
  { name: 'SmolLM2-360M', config: llama(960, 2560, 32, 15, 5, 49_152) },
  { name: 'Qwen2.5-0.5B', config: qwen(896, 4864, 24, 14, 2, 151_936) },
  { name: 'Qwen3-0.6B', config: { ...qwen(1024, 3072, 28, 16, 8, 151_936), model_type: 'qwen3', head_dim: 128 } },
  { name: 'TinyLlama-1.1B', config: llama(2048, 5632, 22, 32, 4, 32_000, false) },
  { name: 'Llama-3.2-1B', config: llama(2048, 8192, 16, 32, 8, 128_256) },
  { name: 'Qwen2.5-1.5B', config: qwen(1536, 8960, 28, 12, 2, 151_936) },
  { name: 'SmolLM2-1.7B', config: llama(2048, 8192, 24, 32, 32, 49_152) },
  { name: 'Qwen2.5-3B', config: qwen(2048, 11_008, 36, 16, 2, 151_936) },
  { name: 'Llama-3.2-3B', config: llama(3072, 8192, 28, 24, 8, 128_256) },
  { name: 'Qwen2.5-7B', config: qwen(3584, 18_944, 28, 28, 4, 152_064, false) },
  { name: 'Llama-3.1-8B', config: llama(4096, 14_336, 32, 32, 8, 128_256, false) },
]

/** Bytes after which weights repeat: twice a prime, so that rows differ. */
const PERIOD = 2 * 65_521

/** A model in bf16 whose weights are noise, made as it is read. */
export async function modelOfShapes(config: Config, kept: Kept): Promise<OpenModel> {
  const family = familyOf(config.model_type)
  let at = 0
  const entries = outline(family, family.config(config)).manifest.map(({ name, shape }) => {
    const from = at
    at += 2 * shape.reduce((n, d) => n * d, 1)
    return [name, { dtype: 'BF16', shape, data_offsets: [from, at] }] as const
  })
  const header = utf8(JSON.stringify(Object.fromEntries(entries)))
  const start = new Uint8Array(8 + header.length)
  new DataView(start.buffer).setBigUint64(0, BigInt(header.length), true)
  start.set(header, 8)
  const noise = new Uint8Array(f32ToBf16(Float32Array.from({ length: PERIOD / 2 }, (_, i) => 0.04 * (bits(1, 0, i) / 2 ** 32 - 0.5))).buffer)
  const weights = rangeSource('model.safetensors', start.length + at, (from, to) => {
    const bytes = new Uint8Array(to - from)
    for (let i = Math.max(from, start.length); i < to; ) {
      const place = (i - start.length) % PERIOD
      const piece = noise.subarray(place, Math.min(PERIOD, place + to - i))
      bytes.set(piece, i - from)
      i += piece.length
    }
    bytes.set(start.subarray(from, to))
    return Promise.resolve(bytes)
  })
  const json = (name: string, value: unknown): [string, ByteSource] => [name, bytesSource(utf8(JSON.stringify(value)), name)]
  return openModel(await openModelFolder(new Map([json('config.json', config), json('tokenizer.json', {}), ['model.safetensors', weights]])), kept)
}
