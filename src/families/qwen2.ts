// Qwen2 and Qwen2.5: a Llama with biases on q, k and v, and an optional sliding window on the upper layers.
// https://arxiv.org/abs/2407.10671; numerics as transformers' modeling_qwen2.
import { decoderDimensions, embedTokens, gatedMlp, layerWindows, readDecoder, selfAttention, withHead, type Decoder } from './decoder.ts'
import type { Family } from './family.ts'
import { ConfigReader } from './readConfig.ts'
import { rotaryTable, type RotaryTable } from './rotary.ts'

interface Qwen2 extends Decoder {
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
    const common = readDecoder(read, json, { contextLength: 32_768 })
    const window = read.boolean('use_sliding_window', false) ? read.limit('sliding_window', 4096) : 0
    const from = read.number('max_window_layers', 28)
    const config = { ...common, windows: layerWindows(read, json, common.layers, window, (l) => l >= from), rotary: rotaryTable(json, common.headSize) }
    read.done()
    return config
  },

  dimensions: decoderDimensions,

  forward(m, c) {
    let h = embedTokens(m, c) // (B·T, C)
    for (let layer = 0; layer < c.layers; layer++) {
      const at = `model.layers.${layer}`
      const x = m.rmsNorm(`${at}.input_layernorm`, h, c.eps)
      const mixed = selfAttention(m, `${at}.self_attn`, x, c, { layer, rotary: c.rotary, window: c.windows[layer], bias: { qkv: true, o: false } })
      h = m.residual({ layer, layerPath: at, part: 'attention' }, h, mixed)
      const y = m.rmsNorm(`${at}.post_attention_layernorm`, h, c.eps)
      h = m.residual({ layer, layerPath: at, part: 'mlp' }, h, gatedMlp(m, `${at}.mlp`, y, c))
    }
    return withHead(m, c, m.rmsNorm('model.norm', h, c.eps))
  },
}
