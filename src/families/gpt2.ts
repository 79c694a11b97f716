// GPT-2: learned positions, LayerNorm before each part, one packed q/k/v projection, tanh-GELU; matrices stored [in, out].
// https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf; as modeling_gpt2.
import type { Activation } from '../ops/activation.ts'
import { classScores, readClasses, type Classes } from './classes.ts'
import { decoderDimensions } from './decoder.ts'
import type { Family, LinearShape } from './family.ts'
import { ConfigReader } from './readConfig.ts'

interface Gpt2 {
  readonly hidden: number
  readonly inner: number
  readonly layers: number
  readonly heads: number
  readonly vocabulary: number
  readonly contextLength: number
  readonly eps: number
  readonly tied: boolean
  /** What it predicts instead of tokens. */
  readonly classes: Classes | undefined
  readonly activation: Activation
  readonly scaled: boolean
  readonly scaledByLayer: boolean
}

export const family: Family<Gpt2> = {
  id: 'gpt2',
  architecture: 'GPT2LMHeadModel',
  targets: ['c_attn'],

  config(json) {
    const read = new ConfigReader(json, 'gpt2')
    read.causal()
    const hidden = read.number('n_embd')
    const config = {
      hidden,
      inner: read.number('n_inner', 4 * hidden),
      layers: read.number('n_layer'),
      heads: read.number('n_head'),
      vocabulary: read.number('vocab_size'),
      contextLength: read.number('n_positions', 1024),
      eps: read.number('layer_norm_epsilon', 1e-5),
      tied: read.boolean('tie_word_embeddings', true),
      classes: readClasses(json),
      activation: read.activation('activation_function', 'gelu_new'),
      scaled: read.boolean('scale_attn_weights', true),
      scaledByLayer: read.boolean('scale_attn_by_inverse_layer_idx', false),
    }
    read.reject(json['add_cross_attention'] === true, 'add_cross_attention is on')
    read.done()
    return config
  },

  dimensions: decoderDimensions,

  forward(m, c) {
    const conv = (out: number): LinearShape => ({ out, bias: true, stored: '[in,out]' })
    const words = m.embedding('transformer.wte', m.tokens, c.vocabulary, c.hidden, -1)
    let h = m.add(words, m.embedding('transformer.wpe', m.positions, c.contextLength, c.hidden, -1)) // (B·T, C)
    const headSize = c.hidden / c.heads
    for (let l = 0; l < c.layers; l++) {
      const at = `transformer.h.${l}`
      const x = m.layerNorm(`${at}.ln_1`, h, c.eps)
      const qkv = m.linear(`${at}.attn.c_attn`, x, conv(3 * c.hidden)) // (B·T, 3C)
      const [q, k, v] = [0, 1, 2].map((i) => m.columns(qkv, i * c.hidden, c.hidden))
      const scale = (c.scaled ? headSize ** -0.5 : 1) / (c.scaledByLayer ? l + 1 : 1)
      const mixed = m.attention(l, q, k, v, { heads: c.heads, kvHeads: c.heads, headSize, scale, window: 0 })
      h = m.residual({ layer: l, layerPath: at, part: 'attention' }, h, m.linear(`${at}.attn.c_proj`, mixed, conv(c.hidden)))

      const y = m.layerNorm(`${at}.ln_2`, h, c.eps)
      const inner = m.activation(c.activation, m.linear(`${at}.mlp.c_fc`, y, conv(c.inner))) // (B·T, 4C)
      h = m.residual({ layer: l, layerPath: at, part: 'mlp' }, h, m.linear(`${at}.mlp.c_proj`, inner, conv(c.hidden)))
    }
    const hidden = m.layerNorm('transformer.ln_f', h, c.eps)
    if (c.classes) return classScores(m, c.classes, hidden, 'classifier')
    const sharedWith = c.tied ? 'transformer.wte.weight' : undefined
    return { hidden, head: (rows) => m.linear('lm_head', rows, { out: c.vocabulary, bias: false, ...(sharedWith && { sharedWith }) }) } // (rows, V)
  },

  // The original checkpoints on the Hub were saved from the bare model.
  aliases: (name) => [name.replace(/^transformer\./, '')],
}
