// Qwen2 and Qwen2.5: a Llama with biases on q, k and v, and an optional sliding window on the upper layers.
// https://arxiv.org/abs/2407.10671; numerics as transformers' modeling_qwen2.
import type { Family } from './family.ts'
import { ConfigReader } from './readConfig.ts'
import { rotaryTable, type RotaryTable } from './rotary.ts'

interface Qwen2 {
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
  readonly tied: boolean
  /** Window of each layer; 0 sees everything. */
  readonly windows: readonly number[]
  readonly rotary: RotaryTable
}

export const family: Family<Qwen2> = {
  id: 'qwen2',
  architecture: 'Qwen2ForCausalLM',
  targets: ['q_proj', 'v_proj'],

  config(json) {
    const read = new ConfigReader(json, 'qwen2')
    const hidden = read.number('hidden_size')
    const heads = read.number('num_attention_heads')
    const layers = read.number('num_hidden_layers')
    const headSize = read.number('head_dim', hidden / heads)
    read.choice('hidden_act', ['silu'], 'silu')
    const window = read.boolean('use_sliding_window', false) ? read.number('sliding_window') : 0
    const from = read.number('max_window_layers', 28)
    const types = json['layer_types'] as readonly string[] | undefined | null
    const config = {
      hidden,
      heads,
      headSize,
      layers,
      intermediate: read.number('intermediate_size'),
      kvHeads: read.number('num_key_value_heads', heads),
      vocabulary: read.number('vocab_size'),
      padding: read.number('pad_token_id', -1),
      contextLength: read.number('max_position_embeddings', 32_768),
      eps: read.number('rms_norm_eps', 1e-6),
      tied: read.boolean('tie_word_embeddings', false),
      windows: Array.from({ length: layers }, (_, l) => ((types ? types[l] === 'sliding_attention' : l >= from) ? window : 0)),
      rotary: rotaryTable(json, headSize),
    }
    read.done()
    return config
  },

  dimensions: (c) => ({ hidden: c.hidden, vocabulary: c.vocabulary, layers: c.layers, contextLength: c.contextLength }),

  forward(m, c) {
    let h = m.embedding('model.embed_tokens', m.tokens, c.vocabulary, c.hidden, c.padding) // (B·T, C)
    for (let l = 0; l < c.layers; l++) {
      const at = `model.layers.${l}`
      const x = m.rmsNorm(`${at}.input_layernorm`, h, c.eps)
      const project = (name: string, heads: number) => m.linear(`${at}.self_attn.${name}`, x, { out: heads * c.headSize, bias: true })
      const q = m.rotary(c.rotary, project('q_proj', c.heads), c.heads) // (B·T, H·D)
      const k = m.rotary(c.rotary, project('k_proj', c.kvHeads), c.kvHeads) // (B·T, Hkv·D)
      const v = project('v_proj', c.kvHeads)
      const mixed = m.attention(l, q, k, v, { heads: c.heads, kvHeads: c.kvHeads, headSize: c.headSize, scale: c.headSize ** -0.5, window: c.windows[l] })
      h = m.residual({ layer: l, layerPath: at, part: 'attention' }, h, m.linear(`${at}.self_attn.o_proj`, mixed, { out: c.hidden, bias: false }))

      const y = m.rmsNorm(`${at}.post_attention_layernorm`, h, c.eps)
      const gate = m.linear(`${at}.mlp.gate_proj`, y, { out: c.intermediate, bias: false })
      const up = m.linear(`${at}.mlp.up_proj`, y, { out: c.intermediate, bias: false })
      h = m.residual({ layer: l, layerPath: at, part: 'mlp' }, h, m.linear(`${at}.mlp.down_proj`, m.gated('silu', gate, up), { out: c.hidden, bias: false }))
    }
    const hidden = m.rmsNorm('model.norm', h, c.eps)
    const sharedWith = c.tied ? 'model.embed_tokens.weight' : undefined
    return { hidden, head: (rows) => m.linear('lm_head', rows, { out: c.vocabulary, bias: false, ...(sharedWith && { sharedWith }) }) } // (rows, V)
  },
}
