// What the decoders that came after Llama have in common: rotary attention with grouped heads, a gated MLP, a head that may be
// tied. Each family's file says how its layers are put together, and what it does otherwise.
import type { Tensor } from '../graph/tensor.ts'
import type { Activation } from '../ops/activation.ts'
import type { JsonObject } from '../protocol/record.ts'
import { classScores, readClasses, type Classes } from './classes.ts'
import type { Dimensions, Forward, Model } from './family.ts'
import type { ConfigReader } from './readConfig.ts'
import { rotaryContext, type RotaryTable } from './rotary.ts'

export interface Decoder {
  readonly hidden: number
  readonly intermediate: number
  readonly layers: number
  readonly heads: number
  readonly kvHeads: number
  readonly headSize: number
  readonly vocabulary: number
  readonly padding: number
  readonly contextLength: number
  readonly eps: number
  /** Of the gate. */
  readonly activation: Activation
  readonly tied: boolean
  /** What it predicts instead of tokens. */
  readonly classes: Classes | undefined
}

/** What transformers takes where a config says nothing. */
export interface DecoderDefaults {
  readonly contextLength: number
  readonly headSize?: number
  readonly padding?: number
  readonly eps?: number
  readonly tied?: boolean
  /** Of Gemmas, which have an entry of their own for it. */
  readonly activation?: string
}

/** The entries that these families name alike. */
export function readDecoder(read: ConfigReader, json: JsonObject, fallback: DecoderDefaults): Decoder {
  read.causal()
  const hidden = read.number('hidden_size')
  const heads = read.number('num_attention_heads')
  const vocabulary = read.number('vocab_size')
  return {
    hidden,
    heads,
    intermediate: read.number('intermediate_size'),
    layers: read.number('num_hidden_layers'),
    kvHeads: read.number('num_key_value_heads', heads),
    headSize: read.number('head_dim', fallback.headSize ?? hidden / heads),
    vocabulary,
    padding: read.padding(vocabulary, fallback.padding),
    contextLength: rotaryContext(json, read.number('max_position_embeddings', fallback.contextLength)),
    eps: read.number('rms_norm_eps', fallback.eps ?? 1e-6),
    activation: read.activation(fallback.activation ? 'hidden_activation' : 'hidden_act', fallback.activation ?? 'silu'),
    tied: read.boolean('tie_word_embeddings', fallback.tied ?? false),
    classes: readClasses(json),
  }
}

export const decoderDimensions = (c: Pick<Decoder, 'hidden' | 'vocabulary' | 'layers' | 'contextLength' | 'classes'>): Dimensions => ({
  hidden: c.hidden,
  vocabulary: c.vocabulary,
  layers: c.layers,
  contextLength: c.contextLength,
  taskType: c.classes?.taskType ?? 'CAUSAL_LM',
  outputs: c.classes?.labels.length ?? c.vocabulary,
})

/** Whether each layer sees a window only: from `layer_types`, or as `slides` says where a config has none. */
export function slidingLayers(read: ConfigReader, json: JsonObject, layers: number, slides: (layer: number) => boolean): boolean[] {
  const types = json['layer_types'] as readonly string[] | undefined | null
  const other = types?.find((type) => type !== 'full_attention' && type !== 'sliding_attention')
  read.reject(other !== undefined, `layer_types names ${other}, and only full_attention and sliding_attention can be run`)
  return Array.from({ length: layers }, (_, l) => (types ? types[l] === 'sliding_attention' : slides(l)))
}

/** Window of each layer; 0 sees everything. */
export const layerWindows = (read: ConfigReader, json: JsonObject, layers: number, window: number, slides: (layer: number) => boolean): number[] =>
  slidingLayers(read, json, layers, slides).map((sliding) => (sliding ? window : 0))

export interface AttentionOptions {
  readonly layer: number
  /** Absent: keys carry no position. */
  readonly rotary?: RotaryTable | undefined
  readonly window: number
  readonly bias: { readonly qkv: boolean; readonly o: boolean }
  /** What happens to queries (B·T, H·D) and keys (B·T, Hkv·D) before they are rotated. */
  ready?(which: 'q' | 'k', x: Tensor): Tensor
  /** D^-0.5 unless the family says otherwise. */
  readonly scale?: number
  readonly softcap?: number
}

/** x (B·T, C) → (B·T, C): q_proj, k_proj, v_proj, rotation, attention, o_proj below `at`. */
export function selfAttention(m: Model, at: string, x: Tensor, c: Decoder, options: AttentionOptions): Tensor {
  const { layer, rotary, window, bias, ready = (_, y) => y, scale = c.headSize ** -0.5, softcap } = options
  const project = (name: string, heads: number): Tensor => m.linear(`${at}.${name}_proj`, x, { out: heads * c.headSize, bias: bias.qkv })
  const rotated = (y: Tensor, heads: number): Tensor => (rotary ? m.rotary(rotary, y, heads) : y)
  const q = rotated(ready('q', project('q', c.heads)), c.heads) // (B·T, H·D)
  const k = rotated(ready('k', project('k', c.kvHeads)), c.kvHeads) // (B·T, Hkv·D)
  const v = project('v', c.kvHeads)
  const mixed = m.attention(layer, q, k, v, { heads: c.heads, kvHeads: c.kvHeads, headSize: c.headSize, scale, window, ...(softcap !== undefined && { softcap }) })
  return m.linear(`${at}.o_proj`, mixed, { out: c.hidden, bias: bias.o })
}

/** x (B·T, C) → (B·T, C): down(act(gate(x)) ∘ up(x)) below `at`. */
export function gatedMlp(m: Model, at: string, x: Tensor, c: Decoder, bias = false): Tensor {
  const gate = m.linear(`${at}.gate_proj`, x, { out: c.intermediate, bias })
  const up = m.linear(`${at}.up_proj`, x, { out: c.intermediate, bias })
  return m.linear(`${at}.down_proj`, m.gated(c.activation, gate, up), { out: c.hidden, bias })
}

/** RMSNorm of every head by itself: (B·T, H·D) → (B·T, H·D), one weight (D) for all heads. */
export function headNorm(m: Model, path: string, x: Tensor, c: Decoder, offset = 0): Tensor {
  return m.reshape(m.rmsNorm(path, m.reshape(x, c.headSize), c.eps, offset), x.shape[1])
}

/** Embeddings of the batch's tokens, (B·T, C). */
export const embedTokens = (m: Model, c: Decoder, factor = 1): Tensor => m.embedding('model.embed_tokens', m.tokens, c.vocabulary, c.hidden, c.padding, factor)

/** The final norm's output and the head over it. @param cap of logits of words; 0 is none */
export function withHead(m: Model, c: Decoder, hidden: Tensor, cap = 0): Forward {
  if (c.classes) return classScores(m, c.classes, hidden)
  const sharedWith = c.tied ? 'model.embed_tokens.weight' : undefined
  const head = (rows: Tensor): Tensor => m.linear('lm_head', rows, { out: c.vocabulary, bias: false, ...(sharedWith && { sharedWith }) }) // (rows, V)
  return { hidden, head: cap > 0 ? (rows) => m.softcap(head(rows), cap) : head }
}
