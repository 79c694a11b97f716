// Gemma 2: norms before and after each part with weights stored as w − 1, scaled embeddings, capped scores and logits, a sliding
// window on every other layer. https://arxiv.org/abs/2408.00118; numerics as transformers' modeling_gemma2.
import { decoderDimensions, embedTokens, gatedMlp, layerWindows, readDecoder, selfAttention, withHead, type Decoder } from './decoder.ts'
import type { Family } from './family.ts'
import { ConfigReader } from './readConfig.ts'
import { rotaryTable, type RotaryTable } from './rotary.ts'

interface Gemma2 extends Decoder {
  readonly attentionBias: boolean
  readonly scale: number
  /** 0: none. */
  readonly scoreCap: number
  readonly logitCap: number
  readonly windows: readonly number[]
  readonly rotary: RotaryTable
}

export const family: Family<Gemma2> = {
  id: 'gemma2',
  architecture: 'Gemma2ForCausalLM',
  targets: ['q_proj', 'v_proj'],

  config(json) {
    const read = new ConfigReader(json, 'gemma2')
    // Old configs name another activation in hidden_act, which the model never used.
    read.reject(json['use_bidirectional_attention'] === true, 'use_bidirectional_attention is on')
    const common = readDecoder(read, json, { contextLength: 8192, headSize: 256, tied: true, padding: 0, activation: 'gelu_pytorch_tanh' })
    const config = {
      ...common,
      attentionBias: read.boolean('attention_bias', false),
      scale: read.number('query_pre_attn_scalar', 256) ** -0.5,
      scoreCap: read.limit('attn_logit_softcapping', 50),
      logitCap: read.limit('final_logit_softcapping', 30),
      windows: layerWindows(read, json, common.layers, read.limit('sliding_window', 4096), (l) => l % 2 === 0),
      rotary: rotaryTable(json, common.headSize),
    }
    read.done()
    return config
  },

  dimensions: decoderDimensions,

  forward(m, c) {
    const norm = (path: string, x: Parameters<typeof m.rmsNorm>[1]) => m.rmsNorm(path, x, c.eps, 1)
    const bias = { qkv: c.attentionBias, o: c.attentionBias }
    let h = embedTokens(m, c, Math.sqrt(c.hidden)) // (B·T, C)
    for (let layer = 0; layer < c.layers; layer++) {
      const at = `model.layers.${layer}`
      const x = norm(`${at}.input_layernorm`, h)
      const mixed = selfAttention(m, `${at}.self_attn`, x, c, { layer, rotary: c.rotary, window: c.windows[layer], bias, scale: c.scale, softcap: c.scoreCap })
      h = m.residual({ layer, layerPath: at, part: 'attention' }, h, norm(`${at}.post_attention_layernorm`, mixed))
      const y = norm(`${at}.pre_feedforward_layernorm`, h)
      const inner = gatedMlp(m, `${at}.mlp`, y, c)
      h = m.residual({ layer, layerPath: at, part: 'mlp' }, h, norm(`${at}.post_feedforward_layernorm`, inner))
    }
    return withHead(m, c, norm('model.norm', h), c.logitCap)
  },
}
