// GPT-NeoX and Pythia: attention and MLP side by side on the same residual stream, partly rotated heads, q/k/v packed head by head.
// https://arxiv.org/abs/2204.06745; numerics as transformers' modeling_gpt_neox.
import type { Activation } from '../ops/activation.ts'
import { classScores, readClasses, type Classes } from './classes.ts'
import { decoderDimensions } from './decoder.ts'
import type { Family } from './family.ts'
import { ConfigReader } from './readConfig.ts'
import { rotaryTable, type RotaryTable } from './rotary.ts'

interface GptNeoX {
  readonly hidden: number
  readonly intermediate: number
  readonly layers: number
  readonly heads: number
  readonly vocabulary: number
  readonly contextLength: number
  readonly eps: number
  readonly tied: boolean
  /** What it predicts instead of tokens. */
  readonly classes: Classes | undefined
  readonly attentionBias: boolean
  readonly parallel: boolean
  readonly activation: Activation
  readonly rotary: RotaryTable
}

export const family: Family<GptNeoX> = {
  id: 'gpt_neox',
  architecture: 'GPTNeoXForCausalLM',
  targets: ['query_key_value'],

  config(json) {
    const read = new ConfigReader(json, 'gpt_neox')
    read.causal()
    const hidden = read.number('hidden_size')
    const heads = read.number('num_attention_heads')
    const config = {
      hidden,
      heads,
      intermediate: read.number('intermediate_size'),
      layers: read.number('num_hidden_layers'),
      vocabulary: read.number('vocab_size'),
      contextLength: read.number('max_position_embeddings', 2048),
      eps: read.number('layer_norm_eps', 1e-5),
      tied: read.boolean('tie_word_embeddings', false),
      classes: readClasses(json),
      attentionBias: read.boolean('attention_bias', true),
      parallel: read.boolean('use_parallel_residual', true),
      activation: read.activation('hidden_act', 'gelu'),
      rotary: rotaryTable({ ...json, rope_theta: json['rotary_emb_base'] }, hidden / heads, { share: Number(json['rotary_pct'] ?? 0.25) }),
    }
    read.done()
    return config
  },

  dimensions: decoderDimensions,

  forward(m, c) {
    const { heads } = c
    const headSize = c.hidden / heads
    let h = m.embedding('gpt_neox.embed_in', m.tokens, c.vocabulary, c.hidden, -1) // (B·T, C)
    for (let layer = 0; layer < c.layers; layer++) {
      const at = `gpt_neox.layers.${layer}`
      const x = m.layerNorm(`${at}.input_layernorm`, h, c.eps)
      const qkv = m.linear(`${at}.attention.query_key_value`, x, { out: 3 * c.hidden, bias: c.attentionBias })
      const byHead = m.reshape(qkv, 3 * headSize) // (B·T·H, 3·D)
      const [q, k, v] = [0, 1, 2].map((i) => m.reshape(m.columns(byHead, i * headSize, headSize), c.hidden)) // (B·T, H·D)
      const shape = { heads, kvHeads: heads, headSize, scale: headSize ** -0.5, window: 0 }
      const mixed = m.attention(layer, m.rotary(c.rotary, q, heads), m.rotary(c.rotary, k, heads), v, shape)
      const attended = m.residual({ layer, layerPath: at, part: 'attention' }, h, m.linear(`${at}.attention.dense`, mixed, { out: c.hidden, bias: c.attentionBias }))

      const y = m.layerNorm(`${at}.post_attention_layernorm`, c.parallel ? h : attended, c.eps)
      const inner = m.activation(c.activation, m.linear(`${at}.mlp.dense_h_to_4h`, y, { out: c.intermediate, bias: true }))
      h = m.residual({ layer, layerPath: at, part: 'mlp' }, attended, m.linear(`${at}.mlp.dense_4h_to_h`, inner, { out: c.hidden, bias: true }))
    }
    const hidden = m.layerNorm('gpt_neox.final_layer_norm', h, c.eps)
    if (c.classes) return classScores(m, c.classes, hidden, 'classifier')
    const sharedWith = c.tied ? 'gpt_neox.embed_in.weight' : undefined
    return { hidden, head: (rows) => m.linear('lm_head', rows, { out: c.vocabulary, bias: false, ...(sharedWith && { sharedWith }) }) } // (rows, V)
  },

  // Checkpoints keep the head's old name.
  aliases: (name) => (name === 'lm_head.weight' ? ['embed_out.weight'] : []),
}
