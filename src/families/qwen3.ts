// Qwen3 (dense): a Llama that normalises every head of q and k before it rotates them.
// https://arxiv.org/abs/2505.09388; numerics as transformers' modeling_qwen3.
import { decoderDimensions, embedTokens, gatedMlp, headNorm, layerWindows, readDecoder, selfAttention, withHead, type Decoder } from './decoder.ts'
import type { Family } from './family.ts'
import { ConfigReader } from './readConfig.ts'
import { rotaryTable, type RotaryTable } from './rotary.ts'

interface Qwen3 extends Decoder {
  readonly attentionBias: boolean
  /** Window of each layer; 0 sees everything. */
  readonly windows: readonly number[]
  readonly rotary: RotaryTable
}

export const family: Family<Qwen3> = {
  id: 'qwen3',
  architecture: 'Qwen3ForCausalLM',
  targets: ['q_proj', 'v_proj'],

  config(json) {
    const read = new ConfigReader(json, 'qwen3')
    const common = readDecoder(read, json, { contextLength: 32_768, headSize: 128 })
    const window = read.boolean('use_sliding_window', false) ? read.limit('sliding_window', 4096) : 0
    const from = read.number('max_window_layers', 28)
    const config = {
      ...common,
      attentionBias: read.boolean('attention_bias', false),
      windows: layerWindows(read, json, common.layers, window, (l) => l >= from),
      rotary: rotaryTable(json, common.headSize),
    }
    read.done()
    return config
  },

  dimensions: decoderDimensions,

  forward(m, c) {
    const bias = { qkv: c.attentionBias, o: c.attentionBias }
    let h = embedTokens(m, c) // (B·T, C)
    for (let layer = 0; layer < c.layers; layer++) {
      const at = `model.layers.${layer}`
      const x = m.rmsNorm(`${at}.input_layernorm`, h, c.eps)
      const mixed = selfAttention(m, `${at}.self_attn`, x, c, {
        layer,
        bias,
        rotary: c.rotary,
        window: c.windows[layer],
        ready: (which, y) => headNorm(m, `${at}.self_attn.${which}_norm`, y, c),
      })
      h = m.residual({ layer, layerPath: at, part: 'attention' }, h, mixed)
      const y = m.rmsNorm(`${at}.post_attention_layernorm`, h, c.eps)
      h = m.residual({ layer, layerPath: at, part: 'mlp' }, h, gatedMlp(m, `${at}.mlp`, y, c))
    }
    return withHead(m, c, m.rmsNorm('model.norm', h, c.eps))
  },
}
