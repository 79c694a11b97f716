// Llama 1–3 and everything stored like it (SmolLM2, TinyLlama, stories…): RMSNorm, rotary attention with grouped heads, SwiGLU.
// https://arxiv.org/abs/2302.13971; numerics as transformers' modeling_llama.
import { decoderDimensions, embedTokens, gatedMlp, readDecoder, selfAttention, withHead, type Decoder } from './decoder.ts'
import type { Family } from './family.ts'
import { ConfigReader } from './readConfig.ts'
import { rotaryTable, type RotaryTable } from './rotary.ts'

interface Llama extends Decoder {
  readonly attentionBias: boolean
  readonly mlpBias: boolean
  readonly rotary: RotaryTable
}

export const family: Family<Llama> = {
  id: 'llama',
  architecture: 'LlamaForCausalLM',
  targets: ['q_proj', 'v_proj'],

  config(json) {
    const read = new ConfigReader(json, 'llama')
    const common = readDecoder(read, json, { contextLength: 2048 })
    const config = {
      ...common,
      attentionBias: read.boolean('attention_bias', false),
      mlpBias: read.boolean('mlp_bias', false),
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
      const mixed = selfAttention(m, `${at}.self_attn`, x, c, { layer, rotary: c.rotary, window: 0, bias })
      h = m.residual({ layer, layerPath: at, part: 'attention' }, h, mixed)
      const y = m.rmsNorm(`${at}.post_attention_layernorm`, h, c.eps)
      h = m.residual({ layer, layerPath: at, part: 'mlp' }, h, gatedMlp(m, `${at}.mlp`, y, c, c.mlpBias))
    }
    return withHead(m, c, m.rmsNorm('model.norm', h, c.eps))
  },
}
