// Phi-3 and Phi-4 mini: a Llama whose q, k and v are one matrix, and gate and up another. Of longrope's
// two scalings the one for texts within the original context.
// https://arxiv.org/abs/2404.14219; numerics as transformers' modeling_phi3.
import { decoderDimensions, embedTokens, readDecoder, withHead, type Decoder } from './decoder.ts'
import type { Family } from './family.ts'
import { ConfigReader } from './readConfig.ts'
import { rotaryTable, type RotaryTable } from './rotary.ts'

interface Phi3 extends Decoder {
  readonly window: number
  readonly rotary: RotaryTable
}

export const family: Family<Phi3> = {
  id: 'phi3',
  architecture: 'Phi3ForCausalLM',
  targets: ['qkv_proj'],

  config(json) {
    const read = new ConfigReader(json, 'phi3')
    const common = readDecoder(read, json, { contextLength: 4096, eps: 1e-5, padding: 32_000 })
    const config = { ...common, window: read.number('sliding_window', 0), rotary: rotaryTable(json, common.headSize, { share: Number(json['partial_rotary_factor'] ?? 1) }) }
    read.done()
    return config
  },

  dimensions: decoderDimensions,

  forward(m, c) {
    const { heads, kvHeads, headSize } = c
    let h = embedTokens(m, c) // (B·T, C)
    for (let layer = 0; layer < c.layers; layer++) {
      const at = `model.layers.${layer}`
      const x = m.rmsNorm(`${at}.input_layernorm`, h, c.eps)
      const qkv = m.linear(`${at}.self_attn.qkv_proj`, x, { out: (heads + 2 * kvHeads) * headSize, bias: false })
      const q = m.rotary(c.rotary, m.columns(qkv, 0, heads * headSize), heads) // (B·T, H·D)
      const k = m.rotary(c.rotary, m.columns(qkv, heads * headSize, kvHeads * headSize), kvHeads) // (B·T, Hkv·D)
      const v = m.columns(qkv, (heads + kvHeads) * headSize, kvHeads * headSize)
      const mixed = m.attention(layer, q, k, v, { heads, kvHeads, headSize, scale: headSize ** -0.5, window: c.window })
      h = m.residual({ layer, layerPath: at, part: 'attention' }, h, m.linear(`${at}.self_attn.o_proj`, mixed, { out: c.hidden, bias: false }))

      const y = m.rmsNorm(`${at}.post_attention_layernorm`, h, c.eps)
      const both = m.linear(`${at}.mlp.gate_up_proj`, y, { out: 2 * c.intermediate, bias: false })
      const inner = m.gated(c.activation, m.columns(both, 0, c.intermediate), m.columns(both, c.intermediate, c.intermediate))
      h = m.residual({ layer, layerPath: at, part: 'mlp' }, h, m.linear(`${at}.mlp.down_proj`, inner, { out: c.hidden, bias: false }))
    }
    return withHead(m, c, m.rmsNorm('model.norm', h, c.eps))
  },
}
