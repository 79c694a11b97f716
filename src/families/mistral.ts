// Mistral 7B and Ministral: a Llama whose layers all see a sliding window, where the config sets one.
// https://arxiv.org/abs/2310.06825; numerics as transformers' modeling_mistral.
import { decoderDimensions, embedTokens, gatedMlp, readDecoder, selfAttention, withHead, type Decoder } from './decoder.ts'
import type { Family } from './family.ts'
import { ConfigReader } from './readConfig.ts'
import { rotaryTable, type RotaryTable } from './rotary.ts'

interface Mistral extends Decoder {
  readonly window: number
  readonly rotary: RotaryTable
}

export const family: Family<Mistral> = {
  id: 'mistral',
  architecture: 'MistralForCausalLM',
  targets: ['q_proj', 'v_proj'],

  config(json) {
    const read = new ConfigReader(json, 'mistral')
    const common = readDecoder(read, json, { contextLength: 131_072 })
    // null is no window; a config without the entry means 4096, as in transformers.
    const window = read.limit('sliding_window', 4096)
    const config = { ...common, window, rotary: rotaryTable(json, common.headSize) }
    read.done()
    return config
  },

  dimensions: decoderDimensions,

  forward(m, c) {
    let h = embedTokens(m, c) // (B·T, C)
    for (let layer = 0; layer < c.layers; layer++) {
      const at = `model.layers.${layer}`
      const x = m.rmsNorm(`${at}.input_layernorm`, h, c.eps)
      const mixed = selfAttention(m, `${at}.self_attn`, x, c, { layer, rotary: c.rotary, window: c.window, bias: { qkv: false, o: false } })
      h = m.residual({ layer, layerPath: at, part: 'attention' }, h, mixed)
      const y = m.rmsNorm(`${at}.post_attention_layernorm`, h, c.eps)
      h = m.residual({ layer, layerPath: at, part: 'mlp' }, h, gatedMlp(m, `${at}.mlp`, y, c))
    }
    return withHead(m, c, m.rmsNorm('model.norm', h, c.eps))
  },
}
