// Gemma 3 and Gemma 3n-sized text models (270M, 1B): Gemma 2, without caps of scores, with normalised heads of q and k, five sliding layers
// for each full one, and a rotary table for each kind. https://arxiv.org/abs/2503.19786; numerics as transformers' modeling_gemma3.
import type { JsonObject } from '../protocol/record.ts'
import { decoderDimensions, embedTokens, gatedMlp, headNorm, readDecoder, selfAttention, slidingLayers, withHead, type Decoder } from './decoder.ts'
import type { Family } from './family.ts'
import { ConfigReader } from './readConfig.ts'
import { rotaryTable, type RotaryTable } from './rotary.ts'

interface Gemma3 extends Decoder {
  readonly attentionBias: boolean
  readonly scale: number
  /** 0: none. Of scores, transformers has no cap here, whatever attn_logit_softcapping says. */
  readonly logitCap: number
  readonly window: number
  /** Whether each layer sees no more than the window. */
  readonly sliding: readonly boolean[]
  /** Of sliding layers, and of those that see everything. */
  readonly local: RotaryTable
  readonly global: RotaryTable
}

export const family: Family<Gemma3> = {
  id: 'gemma3_text',
  architecture: 'Gemma3ForCausalLM',
  labelsWords: false,
  targets: ['q_proj', 'v_proj'],

  config(json) {
    const read = new ConfigReader(json, 'gemma3_text')
    read.reject(json['use_bidirectional_attention'] === true, 'use_bidirectional_attention is on')
    const common = readDecoder(read, json, { contextLength: 131_072, headSize: 256, tied: true, padding: 0, activation: 'gelu_pytorch_tanh' })
    const every = read.number('_sliding_window_pattern', read.number('sliding_window_pattern', 6))
    // v5 has both tables below rope_parameters; before, the local one had an entry of its own and was never scaled.
    const tables = json['rope_parameters'] as Readonly<Record<string, JsonObject>> | undefined | null
    const local = { ...json, rope_parameters: tables?.['sliding_attention'], rope_scaling: null, rope_theta: json['rope_local_base_freq'] }
    // A scaling is named by rope_type here, and by no older entry.
    const global = { ...json, rope_parameters: { rope_type: 'default', ...tables?.['full_attention'], ...(json['rope_scaling'] as JsonObject | undefined | null) }, rope_scaling: null }
    const config = {
      ...common,
      attentionBias: read.boolean('attention_bias', false),
      scale: read.number('query_pre_attn_scalar', 256) ** -0.5,
      logitCap: read.limit('final_logit_softcapping', 0),
      window: read.limit('sliding_window', 4096),
      sliding: slidingLayers(read, json, common.layers, (l) => (l + 1) % every !== 0),
      local: rotaryTable(local, common.headSize, { name: 'rotary local' }),
      global: rotaryTable(global, common.headSize, { theta: 1_000_000 }),
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
      const sliding = c.sliding[layer]
      const x = norm(`${at}.input_layernorm`, h)
      const mixed = selfAttention(m, `${at}.self_attn`, x, c, {
        layer,
        bias,
        window: sliding ? c.window : 0,
        rotary: sliding ? c.local : c.global,
        scale: c.scale,
        ready: (which, y) => headNorm(m, `${at}.self_attn.${which}_norm`, y, c, 1),
      })
      h = m.residual({ layer, layerPath: at, part: 'attention' }, h, norm(`${at}.post_attention_layernorm`, mixed))
      const y = norm(`${at}.pre_feedforward_layernorm`, h)
      const inner = gatedMlp(m, `${at}.mlp`, y, c)
      h = m.residual({ layer, layerPath: at, part: 'mlp' }, h, norm(`${at}.post_feedforward_layernorm`, inner))
    }
    return withHead(m, c, norm('model.norm', h), c.logitCap)
  },
}
