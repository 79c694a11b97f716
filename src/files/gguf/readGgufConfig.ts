// config.json out of GGUF's metadata, for the model types that are written too.
import { Fault } from '../../protocol/failure.ts'
import type { JsonObject } from '../../protocol/record.ts'
import { gemma27, modelTypeOf } from './ggufNames.ts'
import type { GgufFile } from './readGguf.ts'

/** Of any count in the metadata. */
const MOST = 2 ** 25

const CLASSES: Readonly<Record<string, string>> = {
  llama: 'LlamaForCausalLM',
  smollm3: 'SmolLM3ForCausalLM',
  qwen2: 'Qwen2ForCausalLM',
  qwen3: 'Qwen3ForCausalLM',
  gemma2: 'Gemma2ForCausalLM',
  gemma3_text: 'Gemma3ForCausalLM',
  phi3: 'Phi3ForCausalLM',
  gpt2: 'GPT2LMHeadModel',
  gpt_neox: 'GPTNeoXForCausalLM',
}

/** @param frequencyFactors what rotary frequencies are divided by, where the file has them */
export function readGgufConfig({ metadata, tensors }: GgufFile, frequencyFactors?: Float32Array): JsonObject {
  const refused = (what: string): Fault => new Fault('bad-model', `This GGUF file cannot be used as a base: ${what}.`, 'Choose the model’s Hugging Face folder, or another model.')
  const architecture = String(metadata.get('general.architecture')?.value)
  const modelType = modelTypeOf(architecture)
  if (modelType === undefined) throw refused(`its architecture is ${architecture}, and ${Object.keys(CLASSES).join(', ')} are known`)
  if (metadata.get('general.type')?.value === 'adapter') throw refused('it is a LoRA adapter and no model')
  if (Number(metadata.get('split.count')?.value ?? 1) > 1) throw refused('it is one part of several; join them with llama-gguf-split --merge')
  const missing: string[] = []
  const said = (key: string): unknown => metadata.get(`${architecture}.${key}`)?.value
  const number = (key: string, fallback?: number): number => {
    const value = said(key) ?? fallback
    if (typeof value === 'number' && Number.isFinite(value)) return value
    missing.push(key)
    return 1
  }
  /** A count from outside, which arrays are made by. */
  const size = (key: string, fallback?: number): number => {
    const value = number(key, fallback)
    if (!Number.isInteger(value) || value < 1 || value > MOST) throw refused(`${architecture}.${key} is ${value}`)
    return value
  }
  const [layers, hidden, heads, context] = [size('block_count'), size('embedding_length'), size('attention.head_count'), size('context_length')]
  // What the metadata claims is bounded by what lies in the file, before anything is made of it.
  const embedding = tensors.get('token_embd.weight')?.shape
  if (embedding?.[1] !== hidden) throw refused(`its embedding is ${embedding ? `[${embedding.join(', ')}]` : 'missing'}, and its width ${hidden}`)
  if (layers > tensors.size) throw refused(`it claims ${layers} layers and has ${tensors.size} tensors`)
  const kvHeads = size('attention.head_count_kv', heads)
  const inner = number('feed_forward_length')
  const [vocabulary] = embedding
  const tied = !tensors.has('output.weight')
  const isLayerNorm = modelType === 'gpt2' || modelType === 'gpt_neox'
  const eps = number(isLayerNorm ? 'attention.layer_norm_epsilon' : 'attention.layer_norm_rms_epsilon')
  if (missing.length > 0) throw refused(`its metadata lacks ${missing.map((key) => `${architecture}.${key}`).join(', ')}`)
  const id = (key: string): number | null => {
    const value = metadata.get(`tokenizer.ggml.${key}_token_id`)?.value
    return typeof value === 'number' ? value : null
  }
  const common = {
    model_type: modelType,
    architectures: [CLASSES[modelType]],
    vocab_size: vocabulary,
    tie_word_embeddings: tied,
    bos_token_id: id('bos'),
    eos_token_id: id('eos'),
    pad_token_id: id('padding'),
  }
  if (modelType === 'gpt2')
    return { ...common, n_embd: hidden, n_layer: layers, n_head: heads, n_positions: context, n_inner: inner, layer_norm_epsilon: eps, activation_function: 'gelu_new' }

  const headSize = size('attention.key_length', hidden / heads)
  if (Math.max(heads, kvHeads) * headSize > 64 * hidden) throw refused(`it has ${heads} heads of ${headSize}`)
  const rope = ropeOf()
  const sized = { ...common, hidden_size: hidden, num_hidden_layers: layers, num_attention_heads: heads, intermediate_size: inner, max_position_embeddings: context }
  if (modelType === 'gpt_neox') {
    const share = number('rope.dimension_count', headSize) / headSize
    // As llama.cpp computes it.
    return { ...sized, layer_norm_eps: eps, hidden_act: 'gelu_new', rotary_pct: share, rotary_emb_base: rope['rope_theta'], use_parallel_residual: said('use_parallel_residual') !== false }
  }
  const has = (name: string): boolean => tensors.has(name)
  const decoder = { ...sized, num_key_value_heads: kvHeads, head_dim: headSize, rms_norm_eps: eps }
  switch (modelType) {
    case 'gemma2':
    case 'gemma3_text': {
      const window = number('attention.sliding_window', 4096)
      const scalar = gemma27(modelType, layers) ? hidden / heads : headSize
      const every = modelType === 'gemma2' ? 2 : size('attention.sliding_window_pattern', 6)
      const types = Array.from({ length: layers }, (_, l) => ((l + 1) % every === 0 ? 'full_attention' : 'sliding_attention'))
      const gemma = { ...decoder, hidden_activation: 'gelu_pytorch_tanh', query_pre_attn_scalar: scalar, sliding_window: window, layer_types: types }
      if (modelType === 'gemma2') return { ...gemma, rope_parameters: rope, attn_logit_softcapping: number('attn_logit_softcapping', 50), final_logit_softcapping: number('final_logit_softcapping', 30) }
      const local = { rope_type: 'default', rope_theta: number('rope.freq_base_swa', 10_000) }
      return { ...gemma, rope_parameters: { full_attention: rope, sliding_attention: local }, attn_logit_softcapping: null, final_logit_softcapping: null }
    }
    case 'phi3': {
      if (has('rope_factors_long.weight')) throw refused('its rotary scaling is longrope, which cannot be run')
      const window = number('attention.sliding_window', 0)
      return { ...decoder, hidden_act: 'silu', sliding_window: window > 0 ? window : null, rope_parameters: { ...rope, partial_rotary_factor: number('rope.dimension_count', headSize) / headSize } }
    }
    default:
      return { ...decoder, hidden_act: 'silu', rope_parameters: rope, attention_bias: has('blk.0.attn_q.bias'), mlp_bias: has('blk.0.ffn_up.bias') }
  }

  function ropeOf(): JsonObject {
    const plain = { rope_type: 'default', rope_theta: number('rope.freq_base', modelType === 'gemma3_text' ? 1_000_000 : 10_000) }
    if (frequencyFactors) return { ...plain, ...llama3Of(frequencyFactors, plain.rope_theta, refused) }
    const type = said('rope.scaling.type') ?? 'none'
    if (type === 'none') return plain
    if (type !== 'linear' && type !== 'yarn') throw refused(`its rotary scaling is ${String(type)}, which cannot be run`)
    const original = said('rope.scaling.original_context_length')
    return { ...plain, rope_type: type, factor: number('rope.scaling.factor', 1), ...(type === 'yarn' && typeof original === 'number' && { original_max_position_embeddings: original }) }
  }
}

/** Llama 3's settings, found again: the file keeps only what they come to. */
function llama3Of(factors: Float32Array, theta: number, refused: (what: string) => Fault): JsonObject {
  const size = 2 * factors.length
  const factor = factors.reduce((most, f) => Math.max(most, f), 1)
  const [low, high] = [1, 4]
  for (let original = 32; original <= 2 ** 20; original *= 2) {
    const fits = factors.every((given, i) => {
      const wavelength = 2 * Math.PI * theta ** ((2 * i) / size)
      const smooth = (original / wavelength - low) / (high - low)
      const expected = wavelength < original / high ? 1 : wavelength > original / low ? factor : 1 / ((1 - smooth) / factor + smooth)
      return Math.abs(given - expected) <= 1e-4 * expected
    })
    if (fits) return { rope_type: 'llama3', factor, low_freq_factor: low, high_freq_factor: high, original_max_position_embeddings: original }
  }
  throw refused('its rotary frequencies are not Llama 3’s')
}
