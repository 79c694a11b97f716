// OPT: learned positions behind two reserved rows, LayerNorm before each part, ReLU. The 350M model normalises after each part
// instead, and not at the end; its embeddings are narrower than its layers.
// https://arxiv.org/abs/2205.01068; numerics as transformers' modeling_opt.
import type { Tensor } from '../graph/tensor.ts'
import type { Activation } from '../ops/activation.ts'
import { classScores, readClasses, type Classes } from './classes.ts'
import { decoderDimensions } from './decoder.ts'
import type { Family } from './family.ts'
import { ConfigReader } from './readConfig.ts'

interface Opt {
  readonly hidden: number
  readonly inner: number
  readonly layers: number
  readonly heads: number
  readonly vocabulary: number
  readonly padding: number
  readonly contextLength: number
  /** Channels of the embeddings and of what the head reads. */
  readonly wordWidth: number
  /** Whether norms come before each part. */
  readonly before: boolean
  readonly finalNorm: boolean
  readonly tied: boolean
  /** What it predicts instead of tokens. */
  readonly classes: Classes | undefined
  readonly bias: boolean
  readonly activation: Activation
}

const RESERVED = 2
const EPS = 1e-5
export const family: Family<Opt> = {
  id: 'opt',
  architecture: 'OPTForCausalLM',
  labelsWords: false,
  targets: ['q_proj', 'v_proj'],

  config(json) {
    const read = new ConfigReader(json, 'opt')
    read.causal()
    const hidden = read.number('hidden_size')
    const vocabulary = read.number('vocab_size')
    const before = read.boolean('do_layer_norm_before', true)
    const config = {
      hidden,
      inner: read.number('ffn_dim'),
      layers: read.number('num_hidden_layers'),
      heads: read.number('num_attention_heads'),
      vocabulary,
      padding: read.padding(vocabulary, 1),
      wordWidth: read.number('word_embed_proj_dim', hidden),
      before,
      finalNorm: before && !read.boolean('_remove_final_layer_norm', false),
      contextLength: read.number('max_position_embeddings', 2048),
      tied: read.boolean('tie_word_embeddings', true),
      classes: readClasses(json),
      bias: read.boolean('enable_bias', true),
      activation: read.activation('activation_function', 'relu'),
    }
    read.reject(!read.boolean('layer_norm_elementwise_affine', true), 'its layer norms have no weights')
    read.done()
    return config
  },

  dimensions: (c) => ({ ...decoderDimensions(c), embedded: c.wordWidth }),

  forward(m, c) {
    const headSize = c.hidden / c.heads
    const narrow = c.wordWidth !== c.hidden
    const embedded = m.embedding('model.decoder.embed_tokens', m.tokens, c.vocabulary, c.wordWidth, c.padding)
    const words = narrow ? m.linear('model.decoder.project_in', embedded, { out: c.hidden, bias: false }) : embedded
    const places = m.shifted(m.positions, RESERVED)
    let h = m.add(words, m.embedding('model.decoder.embed_positions', places, c.contextLength + RESERVED, c.hidden, -1)) // (B·T, C)
    for (let layer = 0; layer < c.layers; layer++) {
      const at = `model.decoder.layers.${layer}`
      const part = (name: 'attention' | 'mlp', norm: string, run: (x: Tensor) => Tensor): Tensor => {
        const normed = (x: Tensor): Tensor => m.layerNorm(`${at}.${norm}`, x, EPS)
        const site = { layer, layerPath: at, part: name }
        return c.before ? m.residual(site, h, run(normed(h))) : normed(m.residual({ ...site, norm: normed }, h, run(h)))
      }
      h = part('attention', 'self_attn_layer_norm', (x) => {
        const [q, k, v] = ['q', 'k', 'v'].map((name) => m.linear(`${at}.self_attn.${name}_proj`, x, { out: c.hidden, bias: c.bias })) // (B·T, C)
        const mixed = m.attention(layer, q, k, v, { heads: c.heads, kvHeads: c.heads, headSize, scale: headSize ** -0.5, window: 0 })
        return m.linear(`${at}.self_attn.out_proj`, mixed, { out: c.hidden, bias: c.bias })
      })
      h = part('mlp', 'final_layer_norm', (x) => {
        const inner = m.activation(c.activation, m.linear(`${at}.fc1`, x, { out: c.inner, bias: c.bias }))
        return m.linear(`${at}.fc2`, inner, { out: c.hidden, bias: c.bias })
      })
    }
    const hidden = c.finalNorm ? m.layerNorm('model.decoder.final_layer_norm', h, EPS) : h
    const narrowed = (rows: Tensor): Tensor => (narrow ? m.linear('model.decoder.project_out', rows, { out: c.wordWidth, bias: false }) : rows)
    const sharedWith = c.tied ? 'model.decoder.embed_tokens.weight' : undefined
    const head = c.classes
      ? classScores(m, c.classes, hidden).head
      : (rows: Tensor): Tensor => m.linear('lm_head', rows, { out: c.vocabulary, bias: false, ...(sharedWith && { sharedWith }) }) // (rows, V)
    return { hidden, head: (rows) => head(narrowed(rows)) }
  },

  // The original checkpoints on the Hub were saved from the bare model.
  aliases: (name) => [name.replace(/^model\./, '')],
}
