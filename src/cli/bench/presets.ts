// What can be benched: a model, its methods and the shape of a batch. Weights are random where no file is needed.
import { fileURLToPath } from 'node:url'
import { bytesSource } from '../../files/byteSource.ts'
import { openModelFolder } from '../../files/modelFolder.ts'
import { readFolder } from '../../files/nodeSource.ts'
import { writeSafetensors, type OutTensor } from '../../files/writeSafetensors.ts'
import { familyOf } from '../../families/registry.ts'
import { utf8 } from '../../lib/bytes.ts'
import { f32ToF16 } from '../../lib/halfFloat.ts'
import { normal, streamOf } from '../../lib/rng.ts'
import type { MethodChoice } from '../../protocol/recipe.ts'
import { openModel, type OpenModel } from '../../train/base.ts'
import { outline } from '../../train/census.ts'

export interface Preset {
  readonly name: string
  readonly says: string
  readonly batch: number
  readonly length: number
  readonly methods: readonly MethodChoice[]
  open(): Promise<OpenModel>
}

const lora: readonly MethodChoice[] = [{ id: 'lora', options: { r: 8, lora_alpha: 16, target_modules: ['all-linear'] } }]

/** A model of that config.json, weights from N(0, 0.02) in 16 bits. */
async function random(config: Readonly<Record<string, unknown>> & { readonly model_type: string }): Promise<OpenModel> {
  const family = familyOf(config.model_type)
  const tensors = new Map<string, OutTensor>()
  for (const { name, shape } of outline(family, family.config(config)).manifest) {
    const stream = streamOf(name)
    const values = Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => (shape.length === 1 ? 1 : 0.02 * normal(1, stream, i)))
    tensors.set(name, { dtype: 'F16', shape, data: new Uint8Array(f32ToF16(values).buffer) })
  }
  const json = (name: string, value: unknown): [string, ReturnType<typeof bytesSource>] => [name, bytesSource(utf8(JSON.stringify(value)), name)]
  return openModel(
    await openModelFolder(
      new Map([
        json('config.json', config),
        json('tokenizer.json', {}),
        ['model.safetensors', bytesSource(writeSafetensors(tensors), 'model.safetensors')],
      ]),
    ),
  )
}

const list: readonly Preset[] = [
  {
    name: 'starter',
    says: 'the built-in model, LoRA r = 8 on all linear layers',
    batch: 8,
    length: 64,
    methods: lora,
    open: async () => openModel(await openModelFolder(await readFolder(fileURLToPath(new URL('../../../public/starter', import.meta.url))))),
  },
  {
    name: 'lora-small',
    says: 'four layers of SmolLM2-135M’s widths, 3,072 words, LoRA r = 8 on all linear layers',
    batch: 4,
    length: 128,
    methods: lora,
    open: () =>
      random({
        model_type: 'llama',
        hidden_size: 576,
        intermediate_size: 1536,
        num_hidden_layers: 4,
        num_attention_heads: 9,
        num_key_value_heads: 3,
        vocab_size: 3072,
        max_position_embeddings: 512,
        tie_word_embeddings: true,
      }),
  },
]

export const presets: ReadonlyMap<string, Preset> = new Map(list.map((p) => [p.name, p]))
