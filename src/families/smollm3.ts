// SmolLM3: a Llama in which every fourth layer carries no positions. https://huggingface.co/blog/smollm3; as modeling_smollm3.
import { decoderDimensions, embedTokens, gatedMlp, layerWindows, readDecoder, selfAttention, withHead, type Decoder } from './decoder.ts'
import type { Family } from './family.ts'
import { ConfigReader } from './readConfig.ts'
import { rotaryTable, type RotaryTable } from './rotary.ts'

interface SmolLM3 extends Decoder {
  readonly attentionBias: boolean
  readonly mlpBias: boolean
  readonly windows: readonly number[]
  /** Whether each layer rotates its keys. */
  readonly rotates: readonly boolean[]
  readonly rotary: RotaryTable
}

export const family: Family<SmolLM3> = {
  id: 'smollm3',
  architecture: 'SmolLM3ForCausalLM',
  targets: ['q_proj', 'v_proj'],

  config(json) {
    const read = new ConfigReader(json, 'smollm3')
    const common = readDecoder(read, json, { contextLength: 32_768, tied: true, padding: 128_004 })
    const every = read.number('no_rope_layer_interval', 4)
    // 1 where a layer rotates, despite the entry's name.
    const listed = json['no_rope_layers'] as readonly number[] | undefined | null
    const window = read.boolean('use_sliding_window', false) ? read.limit('sliding_window', 0) : 0
    const rotates = Array.from({ length: common.layers }, (_, l) => (listed ? Boolean(listed[l]) : (l + 1) % every !== 0))
    const config = {
      ...common,
      rotates,
      attentionBias: read.boolean('attention_bias', false),
      mlpBias: read.boolean('mlp_bias', false),
      windows: layerWindows(read, json, common.layers, window, (l) => !rotates[l]),
      rotary: rotaryTable(json, common.headSize, { theta: 2_000_000 }),
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
      const rotary = c.rotates[layer] ? c.rotary : undefined
      const mixed = selfAttention(m, `${at}.self_attn`, x, c, { layer, rotary, window: c.windows[layer], bias })
      h = m.residual({ layer, layerPath: at, part: 'attention' }, h, mixed)
      const y = m.rmsNorm(`${at}.post_attention_layernorm`, h, c.eps)
      h = m.residual({ layer, layerPath: at, part: 'mlp' }, h, gatedMlp(m, `${at}.mlp`, y, c, c.mlpBias))
    }
    return withHead(m, c, m.rmsNorm('model.norm', h, c.eps))
  },
}
