// A PEFT LoRA adapter as the matrices it holds: reading finds the updates by their keys, writing gives an ordinary adapter back.
// Knows tensors and adapter_config.json, no model: what an adapter targets is what it has tensors for.
import type { Adapter, AdapterTensor } from '../files/adapter.ts'
import { isRecord } from '../protocol/record.ts'
import { byPattern } from '../methods/patterns.ts'
import { Fault } from '../protocol/failure.ts'

/** One layer's update: scaling · b · a is added to its weights, as (out, in). For embeddings `in` is the vocabulary. */
export interface LoraModule {
  /** Module path in the checkpoint: `model.layers.0.self_attn.q_proj`. */
  readonly path: string
  readonly kind: 'linear' | 'embedding'
  readonly rank: number
  readonly in: number
  readonly out: number
  /** lora_alpha / r, or lora_alpha / √r with rsLoRA. */
  readonly scaling: number
  /** (rank, in) */
  readonly a: Float32Array
  /** (out, rank) */
  readonly b: Float32Array
}

export interface LoraAdapter {
  readonly config: Adapter['config']
  /** By path. */
  readonly modules: ReadonlyMap<string, LoraModule>
  /** Tensors by key that are not part of a low-rank update: biases, saved modules, DoRA's magnitudes, copies of base embeddings. */
  readonly others: ReadonlyMap<string, AdapterTensor>
  readonly card: string
}

export const PREFIX = 'base_model.model.'
const PARTS = /^base_model\.model\.(.*)\.(lora_A\.weight|lora_B\.weight|lora_embedding_A|lora_embedding_B)$/

/** Options under which the tensors mean something else than scaling · b · a. */
const OTHER_MATHS = ['lora_bias', 'target_parameters', 'trainable_token_indices', 'layer_replication', 'alora_invocation_tokens', 'arrow_config', 'use_qalora', 'use_bdlora']
/** Initialisations that also change the base. */
const CHANGED_BASE = /^(pissa|olora|corda|lora_ga|loftq)/

/** Throws `bad-adapter` for other methods, variants with other maths, and tensors that do not belong together. */
export function readLora(adapter: Adapter): LoraAdapter {
  const { config, tensors, card } = adapter
  const type = config['peft_type']
  if (type !== 'LORA') throw new Fault('bad-adapter', `A LoRA adapter was expected, found the type ${JSON.stringify(type)}.`, 'Use a LoRA adapter.')
  const used = OTHER_MATHS.filter((name) => config[name] !== undefined && config[name] !== null && config[name] !== false)
  if (used.length > 0) throw new Fault('bad-adapter', `This LoRA adapter uses ${used.join(', ')}, whose tensors are no plain low-rank updates.`, 'Use a LoRA adapter without it, or merge it into the weights in PEFT.')
  const start = config['init_lora_weights']
  if (typeof start === 'string' && CHANGED_BASE.test(start))
    throw new Fault('bad-adapter', `This adapter was trained with init_lora_weights ${start}, so it fits a changed base and not the model itself.`, 'Save it as plain LoRA: in PEFT with path_initial_model_for_weight_conversion.')

  const factors = new Map<string, Map<string, AdapterTensor>>()
  const others = new Map<string, AdapterTensor>()
  for (const [key, tensor] of tensors) {
    const [, path = '', part = ''] = PARTS.exec(key) ?? []
    if (part === '') others.set(key, tensor)
    else factors.set(path, (factors.get(path) ?? new Map<string, AdapterTensor>()).set(part.replace('.weight', ''), tensor))
  }
  if (factors.size === 0) throw new Fault('bad-adapter', 'This adapter holds no LoRA tensors.', 'Use an adapter whose file has lora_A and lora_B tensors.')
  return { config, card, others, modules: new Map([...factors].map(([path, parts]) => [path, readModule(path, parts, config)])) }
}

function readModule(path: string, parts: ReadonlyMap<string, AdapterTensor>, config: Adapter['config']): LoraModule {
  const bad = (what: string): Fault => new Fault('bad-adapter', `The LoRA tensors of ${path} do not belong together: ${what}.`, 'Get the adapter again from where it came from.')
  const kind = parts.has('lora_embedding_A') || parts.has('lora_embedding_B') ? 'embedding' : 'linear'
  const [a, b] = kind === 'linear' ? [parts.get('lora_A'), parts.get('lora_B')] : [parts.get('lora_embedding_A'), parts.get('lora_embedding_B')]
  if (!a || !b) throw bad(`${a ? 'B' : 'A'} is missing`)
  if (a.shape.length !== 2 || b.shape.length !== 2 || a.shape[0] !== b.shape[1]) throw bad(`A is [${a.shape.join(', ')}] and B is [${b.shape.join(', ')}]`)
  const [rank, inputs] = a.shape
  const expected = byPattern(numbers(config['rank_pattern']), path, Number(config['r'] ?? 8))
  if (expected !== rank) throw bad(`their rank is ${rank}, but adapter_config.json says ${expected}`)
  const alpha = byPattern(numbers(config['alpha_pattern']), path, Number(config['lora_alpha'] ?? 8))
  const scaling = alpha / (config['use_rslora'] === true ? Math.sqrt(rank) : rank)
  return { path, kind, rank, in: inputs, out: b.shape[0], scaling, a: a.data, b: b.data }
}

const numbers = (value: unknown): Readonly<Record<string, number>> => (isRecord(value) ? (value as Record<string, number>) : {})

/** The tensors of modules whose scaling is already within a and b. */
export function factorTensors(modules: Iterable<Omit<LoraModule, 'scaling'>>): Map<string, AdapterTensor> {
  const tensors = new Map<string, AdapterTensor>()
  for (const { path, kind, rank, in: inputs, out, a, b } of modules) {
    const [nameA, nameB] = kind === 'linear' ? ['lora_A.weight', 'lora_B.weight'] : ['lora_embedding_A', 'lora_embedding_B']
    tensors.set(`${PREFIX}${path}.${nameA}`, { shape: [rank, inputs], data: a })
    tensors.set(`${PREFIX}${path}.${nameB}`, { shape: [out, rank], data: b })
  }
  return tensors
}
