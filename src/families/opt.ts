// OPT: learned positions behind two reserved rows, LayerNorm before each part, ReLU. The 350M model, which normalises after
// each part and projects its embeddings, is refused.
// https://arxiv.org/abs/2205.01068; numerics as transformers' modeling_opt.
import type { Activation } from '../ops/activation.ts'
import { classScores, readClasses, type Classes } from './classes.ts'
import { decoderDimensions } from './decoder.ts'
import type { Family } from './family.ts'
import { ConfigReader } from './readConfig.ts'

interface Opt {
  readonly hidden: number
  readonly inner: number
  readonly layers: number
  readonly heads: number
  readonly vocabulary: number
  readonly padding: number
  readonly contextLength: number
  readonly tied: boolean
  /** What it predicts instead of tokens. */
  readonly classes: Classes | undefined
  readonly bias: boolean
  readonly activation: Activation
}

const RESERVED = 2
const EPS = 1e-5
const ACTIVATIONS = { relu: 'relu', gelu: 'gelu', gelu_new: 'gelu_new' } as const

export const family: Family<Opt> = {
  id: 'opt',
  architecture: 'OPTForCausalLM',
  labelsWords: false,
  targets: ['q_proj', 'v_proj'],

  config(json) {
    const read = new ConfigReader(json, 'opt')
    const hidden = read.number('hidden_size')
    const config = {
      hidden,
      inner: read.number('ffn_dim'),
      layers: read.number('num_hidden_layers'),
      heads: read.number('num_attention_heads'),
      vocabulary: read.number('vocab_size'),
      padding: read.number('pad_token_id', 1),
      contextLength: read.number('max_position_embeddings', 2048),
      tied: read.boolean('tie_word_embeddings', true),
      classes: readClasses(json),
      bias: read.boolean('enable_bias', true),
      activation: ACTIVATIONS[read.choice('activation_function', Object.keys(ACTIVATIONS) as (keyof typeof ACTIVATIONS)[], 'relu')],
    }
    read.reject(!read.boolean('do_layer_norm_before', true), 'do_layer_norm_before is false')
    read.reject(read.number('word_embed_proj_dim', hidden) !== hidden, 'word_embed_proj_dim differs from hidden_size')
    read.reject(!read.boolean('layer_norm_elementwise_affine', true), 'its layer norms have no weights')
    read.reject(read.boolean('_remove_final_layer_norm', false), 'it has no final layer norm')
    read.done()
    return config
  },

  dimensions: decoderDimensions,

  forward(m, c) {
    const headSize = c.hidden / c.heads
    const words = m.embedding('model.decoder.embed_tokens', m.tokens, c.vocabulary, c.hidden, c.padding)
    const places = m.shifted(m.positions, RESERVED)
    let h = m.add(words, m.embedding('model.decoder.embed_positions', places, c.contextLength + RESERVED, c.hidden, -1)) // (B·T, C)
    for (let layer = 0; layer < c.layers; layer++) {
      const at = `model.decoder.layers.${layer}`
      const x = m.layerNorm(`${at}.self_attn_layer_norm`, h, EPS)
      const [q, k, v] = ['q', 'k', 'v'].map((name) => m.linear(`${at}.self_attn.${name}_proj`, x, { out: c.hidden, bias: c.bias })) // (B·T, C)
      const mixed = m.attention(layer, q, k, v, { heads: c.heads, kvHeads: c.heads, headSize, scale: headSize ** -0.5, window: 0 })
      h = m.residual({ layer, layerPath: at, part: 'attention' }, h, m.linear(`${at}.self_attn.out_proj`, mixed, { out: c.hidden, bias: c.bias }))

      const y = m.layerNorm(`${at}.final_layer_norm`, h, EPS)
      const inner = m.activation(c.activation, m.linear(`${at}.fc1`, y, { out: c.inner, bias: c.bias }))
      h = m.residual({ layer, layerPath: at, part: 'mlp' }, h, m.linear(`${at}.fc2`, inner, { out: c.hidden, bias: c.bias }))
    }
    const hidden = m.layerNorm('model.decoder.final_layer_norm', h, EPS)
    if (c.classes) return classScores(m, c.classes, hidden)
    const sharedWith = c.tied ? 'model.decoder.embed_tokens.weight' : undefined
    return { hidden, head: (rows) => m.linear('lm_head', rows, { out: c.vocabulary, bias: false, ...(sharedWith && { sharedWith }) }) } // (rows, V)
  },

  // The original checkpoints on the Hub were saved from the bare model.
  aliases: (name) => [name.replace(/^model\./, '')],
}
