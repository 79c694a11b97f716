// What llama.cpp calls the tensors of each model type, and how it lays them out: the one table that writing whole models,
// writing LoRA adapters and reading GGUF bases share. Facts from llama.cpp's converters.
import { Fault } from '../../protocol/failure.ts'
import type { JsonObject } from '../../protocol/record.ts'

/** How llama.cpp's rows come from the checkpoint's: row i is `rows[i]` of the (out, in) matrix. */
export interface GgufLayout {
  readonly rows?: Int32Array<ArrayBuffer>
  /** Stored as (in, out) in the checkpoint. */
  readonly transposed?: true
  /** Added to every value: Gemma's norms are kept about 0 in checkpoints, about 1 in GGUF. */
  readonly plus?: number
  /** Values are multiplied by it, before `plus`. */
  readonly times?: number
}
export interface GgufName extends GgufLayout {
  readonly name: string
}

type Names = Readonly<Record<string, string>>

const llama: Names = {
  'model.embed_tokens': 'token_embd',
  'model.norm': 'output_norm',
  lm_head: 'output',
  'model.layers.#.input_layernorm': 'blk.#.attn_norm',
  'model.layers.#.post_attention_layernorm': 'blk.#.ffn_norm',
  'model.layers.#.self_attn.q_proj': 'blk.#.attn_q',
  'model.layers.#.self_attn.k_proj': 'blk.#.attn_k',
  'model.layers.#.self_attn.v_proj': 'blk.#.attn_v',
  'model.layers.#.self_attn.o_proj': 'blk.#.attn_output',
  'model.layers.#.mlp.gate_proj': 'blk.#.ffn_gate',
  'model.layers.#.mlp.up_proj': 'blk.#.ffn_up',
  'model.layers.#.mlp.down_proj': 'blk.#.ffn_down',
}
const headNorms: Names = {
  'model.layers.#.self_attn.q_norm': 'blk.#.attn_q_norm',
  'model.layers.#.self_attn.k_norm': 'blk.#.attn_k_norm',
}
const gemma: Names = {
  ...llama,
  'model.layers.#.post_attention_layernorm': 'blk.#.post_attention_norm',
  'model.layers.#.pre_feedforward_layernorm': 'blk.#.ffn_norm',
  'model.layers.#.post_feedforward_layernorm': 'blk.#.post_ffw_norm',
}
const gpt2: Names = {
  'transformer.wte': 'token_embd',
  'transformer.wpe': 'position_embd',
  'transformer.ln_f': 'output_norm',
  lm_head: 'output',
  'transformer.h.#.ln_1': 'blk.#.attn_norm',
  'transformer.h.#.ln_2': 'blk.#.ffn_norm',
  'transformer.h.#.attn.c_attn': 'blk.#.attn_qkv',
  'transformer.h.#.attn.c_proj': 'blk.#.attn_output',
  'transformer.h.#.mlp.c_fc': 'blk.#.ffn_up',
  'transformer.h.#.mlp.c_proj': 'blk.#.ffn_down',
}
const neox: Names = {
  'gpt_neox.embed_in': 'token_embd',
  'gpt_neox.final_layer_norm': 'output_norm',
  lm_head: 'output',
  'gpt_neox.layers.#.input_layernorm': 'blk.#.attn_norm',
  'gpt_neox.layers.#.post_attention_layernorm': 'blk.#.ffn_norm',
  'gpt_neox.layers.#.attention.query_key_value': 'blk.#.attn_qkv',
  'gpt_neox.layers.#.attention.dense': 'blk.#.attn_output',
  'gpt_neox.layers.#.mlp.dense_h_to_4h': 'blk.#.ffn_up',
  'gpt_neox.layers.#.mlp.dense_4h_to_h': 'blk.#.ffn_down',
}
const { 'model.layers.#.self_attn.q_proj': _q, 'model.layers.#.self_attn.k_proj': _k, 'model.layers.#.self_attn.v_proj': _v, 'model.layers.#.mlp.gate_proj': _gate, 'model.layers.#.mlp.up_proj': _up, ...unfused } = llama
const phi3: Names = { ...unfused, 'model.layers.#.self_attn.qkv_proj': 'blk.#.attn_qkv', 'model.layers.#.mlp.gate_up_proj': 'blk.#.ffn_up' }

interface Architecture {
  /** As llama.cpp names it. */
  readonly id: string
  readonly names: Names
}

/** By the checkpoint's model_type. */
const architectures: Readonly<Record<string, Architecture>> = {
  llama: { id: 'llama', names: llama },
  mistral: { id: 'llama', names: llama },
  smollm3: { id: 'smollm3', names: llama },
  qwen2: { id: 'qwen2', names: llama },
  qwen3: { id: 'qwen3', names: { ...llama, ...headNorms } },
  gemma2: { id: 'gemma2', names: gemma },
  gemma3_text: { id: 'gemma3', names: { ...gemma, ...headNorms } },
  phi3: { id: 'phi3', names: phi3 },
  gpt2: { id: 'gpt2', names: gpt2 },
  gpt_neox: { id: 'gptneox', names: neox },
}

/** llama.cpp's name of a model type; throws `bad-model` where it has none that is written here. */
export function ggufArchitecture(modelType: string): string {
  const found = architectures[modelType]?.id
  if (found !== undefined) return found
  throw new Fault('bad-model', `A model of type ${modelType} cannot be written as GGUF; ${Object.keys(architectures).join(', ')} can.`, 'Take the Hugging Face folder or the ONNX export instead.')
}

/** The model type of llama.cpp's architecture, the first that has it; undefined for one that is not read here. */
export const modelTypeOf = (architecture: string): string | undefined => Object.entries(architectures).find(([, a]) => a.id === architecture)?.[0]

const numberOf = (config: JsonObject, ...names: readonly string[]): number => Number(names.map((n) => config[n]).find((v) => typeof v === 'number') ?? 0)

export interface Heads {
  readonly hidden: number
  readonly heads: number
  readonly kvHeads: number
  readonly headSize: number
}

export function headsOf(config: JsonObject): Heads {
  const [hidden, heads] = [numberOf(config, 'hidden_size', 'n_embd'), numberOf(config, 'num_attention_heads', 'n_head')]
  const gemmas = String(config['model_type']).startsWith('gemma') ? 256 : hidden / heads
  return { hidden, heads, kvHeads: numberOf(config, 'num_key_value_heads') || heads, headSize: numberOf(config, 'head_dim') || gemmas }
}

/** The name in GGUF of a tensor `path.weight` or `path.bias`, and how its rows are laid out there; undefined for one that GGUF has no place for. */
export function ggufName(tensor: string, modelType: string, config: JsonObject): GgufName | undefined {
  ggufArchitecture(modelType)
  const [, path = '', kind = ''] = /^(.*)\.(weight|bias)$/.exec(tensor) ?? []
  const layer = /\.(\d+)\./.exec(path)?.[1]
  const template = layer === undefined ? path : path.replace(/\.\d+\./, '.#.')
  const found = architectures[modelType].names[template]
  if (found === undefined) return undefined
  return { name: `${found.replace('#', layer ?? '')}.${kind}`, ...layoutOf(template, kind, modelType, config) }
}

/** The other way round: the checkpoint's name of a tensor in GGUF. */
export function checkpointName(tensor: string, modelType: string): string | undefined {
  const [, path = '', kind = ''] = /^(.*)\.(weight|bias)$/.exec(tensor) ?? []
  const layer = /^blk\.(\d+)\./.exec(path)?.[1]
  const template = path.replace(/^blk\.\d+\./, 'blk.#.')
  const found = Object.entries(architectures[modelType]?.names ?? {}).find(([, gguf]) => gguf === template)?.[0]
  return found && `${found.replace('#', layer ?? '')}.${kind}`
}

function layoutOf(template: string, kind: string, modelType: string, config: JsonObject): GgufLayout {
  const { heads, kvHeads, headSize } = headsOf(config)
  switch (modelType) {
    case 'llama':
    case 'mistral':
    case 'smollm3':
      // Each head's halves are interleaved: llama.cpp rotates neighbours, transformers rotates halves.
      if (template.endsWith('.q_proj')) return { rows: interleaved(heads, headSize) }
      return template.endsWith('.k_proj') ? { rows: interleaved(kvHeads, headSize) } : {}
    case 'gemma2':
    case 'gemma3_text': {
      const times = queryScale(config)
      if (template.endsWith('.q_norm')) return { plus: times, ...(times !== 1 && { times }) }
      if (template.endsWith('norm')) return { plus: 1 }
      return modelType === 'gemma2' && template.endsWith('.q_proj') && times !== 1 ? { times } : {}
    }
    case 'gpt2':
      return kind === 'weight' && /\.c_(attn|proj|fc)$/.test(template) ? { transposed: true } : {}
    case 'gpt_neox':
      return template.endsWith('.query_key_value') ? { rows: byKind(heads, headSize) } : {}
    default:
      return {}
  }
}

/** GGUF has no place for Gemma's scale of scores other than head_dim^-0.5 (and 27B's), so that another one is within the queries. */
function queryScale(config: JsonObject): number {
  const { hidden, heads, headSize } = headsOf(config)
  const scalar = numberOf(config, 'query_pre_attn_scalar') || 256
  const layers = numberOf(config, 'num_hidden_layers')
  const assumed = gemma27(String(config['model_type']), layers) ? hidden / heads : headSize
  return Math.sqrt(assumed / scalar)
}

/** What llama.cpp takes for the 27B models, whose scores have another scale. */
export const gemma27 = (modelType: string, layers: number): boolean => layers === (modelType === 'gemma2' ? 46 : 62)

function interleaved(heads: number, headSize: number): Int32Array<ArrayBuffer> {
  const half = headSize / 2
  return Int32Array.from({ length: heads * headSize }, (_, i) => {
    const within = i % headSize
    return i - within + (within % 2) * half + Math.floor(within / 2)
  })
}

/** All queries, then all keys, then all values; the checkpoint has them head by head. */
function byKind(heads: number, headSize: number): Int32Array<ArrayBuffer> {
  return Int32Array.from({ length: 3 * heads * headSize }, (_, i) => {
    const within = i % headSize
    const head = Math.floor(i / headSize) % heads
    const which = Math.floor(i / (heads * headSize))
    return head * 3 * headSize + which * headSize + within
  })
}
