// A PEFT LoRA as the GGUF file that llama.cpp loads beside a model: each layer's A and B below the layer's own name there, rows
// of B in llama.cpp's order. It scales by one alpha over the rank, so that rsLoRA and patterns are folded in. What the format
// cannot hold is refused. https://github.com/ggml-org/llama.cpp/blob/master/convert_lora_to_gguf.py
import type { Adapter } from '../files/adapter.ts'
import { ggufArchitecture, ggufName } from '../files/gguf/ggufNames.ts'
import { laidOut } from '../files/gguf/ggufTensor.ts'
import type { GgufValue } from '../files/gguf/ggufTypes.ts'
import { writeGguf, type GgufTensor } from '../files/gguf/writeGguf.ts'
import type { StreamedFile } from '../files/zip.ts'
import { Fault } from '../protocol/failure.ts'
import type { JsonObject } from '../protocol/record.ts'
import { PREFIX, readLora, type LoraAdapter, type LoraModule } from './loraAdapter.ts'

export interface GgufLoraFacts {
  readonly name: string
  /** config.json of the base. */
  readonly config: JsonObject
}

const refused = (what: string, hint = 'Export the merged model as GGUF instead.'): Fault => new Fault('bad-adapter', `This adapter cannot be written as a GGUF LoRA: ${what}`, hint)

/** Throws `bad-adapter` for what llama.cpp would not run as it was trained. */
export function ggufLora(adapter: Adapter, { name, config }: GgufLoraFacts): StreamedFile {
  const modelType = String(config['model_type'])
  const architecture = ggufArchitecture(modelType)
  if (adapter.config['peft_type'] !== 'LORA') throw refused(`llama.cpp has only LoRA adapters, and this is ${String(adapter.config['peft_type'])}.`)
  if (typeof adapter.config['task_type'] === 'string' && adapter.config['task_type'] !== 'CAUSAL_LM') throw refused(`its model predicts ${adapter.config['task_type']}, not the next token.`, 'Take the PEFT folder.')
  const lora = readLora(adapter)
  refuseOthers(lora)
  const modules = [...lora.modules.values()].filter(({ rank }) => rank > 0)
  const alpha = commonAlpha(modules)
  const tensors: GgufTensor[] = []
  for (const m of modules) {
    // PEFT calls the head by the checkpoint's module, which GPT-NeoX names in its own way.
    const found = ggufName(`${m.path === 'embed_out' ? 'lm_head' : m.path}.weight`, modelType, config)
    if (!found) throw refused(`llama.cpp has no place for a LoRA on ${m.path}.`)
    const tied = config['tie_word_embeddings'] !== false
    if (tied && (m.kind === 'embedding' || found.name === 'output.weight')) throw refused('it changes the embedding or the head, which this model shares and llama.cpp keeps as one.')
    if (m.kind === 'embedding' && found.name !== 'token_embd.weight') throw refused(`llama.cpp has no LoRA on ${m.path}.`)
    const own = Math.fround(m.scaling * m.rank)
    const factor = own === alpha ? 1 : own / alpha
    const b = laidOut(m.b, [m.out, m.rank], { ...(found.rows && { rows: found.rows }), times: (found.times ?? 1) * factor })
    // Rows of an embedding's A are looked up by token.
    const a = m.kind === 'embedding' ? laidOut(m.a, [m.in, m.rank], { transposed: true }) : m.a
    tensors.push(tensorOf(`${found.name}.lora_a`, m.kind === 'embedding' ? [m.in, m.rank] : [m.rank, m.in], a))
    tensors.push(tensorOf(`${found.name}.lora_b`, [m.out, m.rank], b))
  }
  const string = (value: string): GgufValue => ({ type: 'string', value })
  const metadata = new Map<string, GgufValue>([
    ['general.architecture', string(architecture)],
    ['general.type', string('adapter')],
    ['general.name', string(name)],
    ['general.file_type', { type: 'u32', value: 0 }],
    ['adapter.type', string('lora')],
    ['adapter.lora.alpha', { type: 'f32', value: alpha }],
  ])
  return writeGguf(metadata, tensors)
}

function refuseOthers({ config, others, modules }: LoraAdapter): void {
  // PEFT saves the base's own embedding and head along where they are targets.
  const copies = new Set([...modules.keys()].map((path) => `${PREFIX}${path}.base_layer.weight`))
  const left = [...others.keys()].filter((key) => !copies.has(key))
  if (config['use_dora'] === true || left.some((key) => key.includes('lora_magnitude_vector'))) throw refused('DoRA also scales whole rows, and llama.cpp’s adapters cannot.')
  const saved = Array.isArray(config['modules_to_save']) ? (config['modules_to_save'] as unknown[]).map(String) : []
  const whole = left.find((key) => saved.some((module) => key.includes(`.${module}.`)))
  if (whole !== undefined) throw refused(`it holds ${whole.slice(PREFIX.length)} as a whole (modules_to_save), and llama.cpp’s adapters hold only low-rank updates.`)
  if (left.some((key) => key.endsWith('.bias'))) throw refused('it also trained biases, which llama.cpp’s adapters cannot hold.')
  if (left[0] !== undefined) throw refused(`it holds ${left[0]}, which is no low-rank update.`)
}

/** The alpha that is right for most layers; in the others the difference is within B. */
function commonAlpha(modules: readonly LoraModule[]): number {
  const counts = new Map<number, number>()
  for (const m of modules) {
    const alpha = Math.fround(m.scaling * m.rank)
    counts.set(alpha, (counts.get(alpha) ?? 0) + 1)
  }
  const [found] = [...counts].filter(([alpha]) => alpha !== 0).toSorted(([, a], [, b]) => b - a)[0] ?? [1]
  return found
}

const tensorOf = (name: string, shape: readonly number[], values: Float32Array): GgufTensor => ({
  name,
  type: 'F32',
  shape,
  async *stream() {
    yield new Uint8Array(values.slice().buffer)
  },
})
