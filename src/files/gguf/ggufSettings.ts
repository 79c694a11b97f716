// config.json as llama.cpp's metadata, and what GGUF cannot say of a model, as one sentence each. Facts from its converters and loaders.
import { Fault } from '../../protocol/failure.ts'
import { isRecord, type JsonObject } from '../../protocol/record.ts'
import { ggufArchitecture, headsOf } from './ggufNames.ts'
import type { GgufValue } from './ggufTypes.ts'

export interface GgufSettings {
  readonly metadata: ReadonlyMap<string, GgufValue>
  /** What llama.cpp divides each rotary frequency by, as the tensor rope_freqs.weight. */
  readonly frequencyFactors?: Float32Array<ArrayBuffer>
  /** What a person should know of how llama.cpp runs it. */
  readonly remarks: readonly string[]
}

const u32 = (value: number): GgufValue => ({ type: 'u32', value })
const f32 = (value: number): GgufValue => ({ type: 'f32', value })
const string = (value: string): GgufValue => ({ type: 'string', value })

/** Throws `bad-model` with everything that cannot be said. */
export function ggufSettings(config: JsonObject): GgufSettings {
  const modelType = String(config['model_type'])
  const arch = ggufArchitecture(modelType)
  const problems: string[] = []
  const remarks: string[] = []
  const given = (...names: readonly string[]): number | undefined => names.map((n) => config[n]).find((v) => typeof v === 'number') as number | undefined
  const number = (...names: readonly string[]): number => {
    const found = given(...names)
    if (found === undefined) problems.push(`config.json does not say ${names[0]}`)
    return found ?? 0
  }
  const { hidden, heads, kvHeads, headSize } = headsOf(config)
  const context = given('max_position_embeddings', 'n_positions', 'n_ctx') ?? 2048
  const layers = number('num_hidden_layers', 'n_layer')
  const metadata = new Map<string, GgufValue>()
  const say = (key: string, value: GgufValue): void => void metadata.set(`${arch}.${key}`, value)
  say('context_length', u32(context))
  say('embedding_length', u32(hidden))
  say('block_count', u32(layers))
  say('feed_forward_length', u32(given('intermediate_size', 'n_inner') ?? (modelType === 'gpt2' ? 4 * hidden : number('intermediate_size'))))
  say('attention.head_count', u32(heads))
  if (modelType !== 'gpt2') say('attention.head_count_kv', u32(kvHeads))
  say('vocab_size', u32(number('vocab_size')))
  const eps = given('rms_norm_eps')
  if (modelType === 'gpt2' || modelType === 'gpt_neox') say('attention.layer_norm_epsilon', f32(given('layer_norm_epsilon', 'layer_norm_eps') ?? 1e-5))
  else say('attention.layer_norm_rms_epsilon', f32(eps ?? 1e-6))
  if (modelType !== 'gpt2' && modelType !== 'gpt_neox') {
    say('attention.key_length', u32(headSize))
    say('attention.value_length', u32(headSize))
  }
  const activation = config['hidden_act'] ?? config['hidden_activation'] ?? config['activation_function']
  const known: Readonly<Record<string, readonly unknown[]>> = { gpt2: ['gelu_new', 'gelu_pytorch_tanh'], gpt_neox: ['gelu', 'gelu_new', 'gelu_fast', 'gelu_pytorch_tanh'], gemma2: ['gelu_pytorch_tanh', 'gelu_new'], gemma3_text: ['gelu_pytorch_tanh', 'gelu_new'] }
  if (activation !== undefined && !(known[modelType] ?? ['silu']).includes(activation)) problems.push(`llama.cpp runs ${modelType} without the activation ${String(activation)}`)
  if (modelType === 'gpt_neox') {
    say('use_parallel_residual', { type: 'bool', value: config['use_parallel_residual'] !== false })
    if (activation === 'gelu') remarks.push('llama.cpp computes GELU by its tanh approximation, where the checkpoint means the exact function.')
  }
  if (modelType === 'smollm3') {
    const listed = Array.isArray(config['no_rope_layers']) ? (config['no_rope_layers'] as unknown[]) : undefined
    const usual = listed ? listed.every((rotates, l) => rotates === ((l + 1) % 4 === 0 ? 0 : 1)) : (given('no_rope_layer_interval') ?? 4) === 4
    if (!usual) problems.push('llama.cpp leaves out the positions of each fourth layer of SmolLM3')
  }
  sliding()
  const frequencyFactors = rotary()
  if (problems.length > 0) throw new Fault('bad-model', `This ${modelType} model cannot be written as GGUF: ${problems.join('; ')}.`, 'Take the Hugging Face folder or the ONNX export instead.', problems.join('\n'))
  return { metadata, remarks, ...(frequencyFactors && { frequencyFactors }) }

  function sliding(): void {
    const window = config['use_sliding_window'] === false ? undefined : given('sliding_window')
    const types = Array.isArray(config['layer_types']) ? (config['layer_types'] as unknown[]) : undefined
    if (modelType === 'gemma2' || modelType === 'gemma3_text') {
      const every = modelType === 'gemma2' ? 2 : (given('_sliding_window_pattern', 'sliding_window_pattern') ?? 6)
      const period = types ? types.indexOf('full_attention') + 1 || Infinity : every
      if (types?.some((t, i) => (t === 'full_attention') !== ((i + 1) % period === 0))) problems.push('its sliding layers do not repeat')
      else if (modelType === 'gemma2' && period !== 2) problems.push('llama.cpp lets every other layer of Gemma 2 slide')
      else if (period !== Infinity && period !== 6 && modelType === 'gemma3_text') remarks.push(`One layer in ${period} sees the whole text; older llama.cpp takes one in 6.`)
      say('attention.sliding_window', u32(window ?? 4096))
      if (modelType === 'gemma3_text' && period !== 6 && period !== Infinity) say('attention.sliding_window_pattern', u32(period))
      const [caps, last] = [given('attn_logit_softcapping'), given('final_logit_softcapping')]
      if (modelType === 'gemma2') {
        say('attn_logit_softcapping', f32(caps ?? 50))
        say('final_logit_softcapping', f32(last ?? 30))
        if (config['attn_logit_softcapping'] === null || config['final_logit_softcapping'] === null) problems.push('llama.cpp runs Gemma 2 only with both soft caps')
      } else if (last !== undefined) problems.push('llama.cpp runs Gemma 3 without soft caps')
      return
    }
    if (modelType === 'phi3') say('attention.sliding_window', u32(window ?? 0))
    else if (window !== undefined && window < context && (!types || types.includes('sliding_attention')))
      remarks.push(`llama.cpp lets every token see the whole text; this model was trained to look back ${window} tokens, so that longer texts differ.`)
  }

  function rotary(): Float32Array<ArrayBuffer> | undefined {
    if (modelType === 'gpt2') return undefined
    const v5 = isRecord(config['rope_parameters']) ? config['rope_parameters'] : undefined
    const nested = v5 && isRecord(v5['full_attention']) ? v5 : undefined
    const scaling: JsonObject = (nested?.['full_attention'] as JsonObject | undefined) ?? v5 ?? (isRecord(config['rope_scaling']) ? config['rope_scaling'] : {})
    if (modelType === 'gemma3_text') {
      const local = nested ? (nested['sliding_attention'] as JsonObject | undefined)?.['rope_theta'] : config['rope_local_base_freq']
      if (local !== undefined && local !== 10_000) say('rope.freq_base_swa', f32(Number(local)))
    }
    const at = (key: string): number | undefined => (typeof scaling[key] === 'number' ? scaling[key] : undefined)
    const theta = at('rope_theta') ?? given('rope_theta', 'rotary_emb_base') ?? (modelType === 'gemma3_text' ? 1_000_000 : 10_000)
    const partial = at('partial_rotary_factor') ?? given('partial_rotary_factor', 'rotary_pct') ?? (modelType === 'gpt_neox' ? 0.25 : 1)
    const size = Math.trunc(headSize * partial)
    if (partial !== 1 && modelType !== 'gpt_neox' && modelType !== 'phi3') problems.push('llama.cpp rotates its heads whole')
    say('rope.freq_base', f32(theta))
    say('rope.dimension_count', u32(size))
    if (modelType === 'phi3') say('rope.scaling.original_context_length', u32(given('original_max_position_embeddings') ?? context))
    const type = String(scaling['rope_type'] ?? scaling['type'] ?? 'default')
    const factor = at('factor') ?? 1
    switch (type) {
      case 'default':
        return undefined
      case 'linear':
      case 'yarn':
        say('rope.scaling.type', string(type))
        say('rope.scaling.factor', f32(factor))
        if (type === 'yarn') {
          say('rope.scaling.original_context_length', u32(at('original_max_position_embeddings') ?? context))
          if (['attention_factor', 'mscale', 'mscale_all_dim', 'beta_fast', 'beta_slow'].some((k) => at(k) !== undefined) || scaling['truncate'] === false) problems.push('its YaRN settings are not the usual ones')
        }
        return undefined
      case 'llama3': {
        const [low, high, old] = [at('low_freq_factor') ?? 1, at('high_freq_factor') ?? 4, at('original_max_position_embeddings') ?? 8192]
        return Float32Array.from({ length: size / 2 }, (_, i) => {
          const wavelength = 2 * Math.PI * theta ** ((2 * i) / size)
          if (wavelength < old / high) return 1
          if (wavelength > old / low) return factor
          const smooth = (old / wavelength - low) / (high - low)
          return 1 / ((1 - smooth) / factor + smooth)
        })
      }
      default:
        problems.push(`rotary scaling “${type}” is not written here`)
        return undefined
    }
  }
}
