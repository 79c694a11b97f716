// DistilBERT with a head for classes: half of BERT's layers, no token types, no pooler. https://arxiv.org/abs/1910.01108;
// numerics as transformers' modeling_distilbert.
import type { Tensor } from '../graph/tensor.ts'
import type { Activation } from '../ops/activation.ts'
import type { Classes } from './classes.ts'
import { classesOf } from './encoder.ts'
import type { Family } from './family.ts'
import { ConfigReader } from './readConfig.ts'

interface DistilBert {
  readonly hidden: number
  readonly inner: number
  readonly layers: number
  readonly heads: number
  readonly vocabulary: number
  readonly padding: number
  readonly contextLength: number
  readonly activation: Activation
  readonly classes: Classes
}

const EPS = 1e-12

export const family: Family<DistilBert> = {
  id: 'distilbert',
  architecture: 'DistilBertForSequenceClassification',
  pooled: 'first',
  targets: ['q_lin', 'v_lin'],

  config(json) {
    const read = new ConfigReader(json, 'distilbert')
    const hidden = read.number('dim')
    const vocabulary = read.number('vocab_size')
    const config = {
      hidden,
      inner: read.number('hidden_dim', 4 * hidden),
      layers: read.number('n_layers'),
      heads: read.number('n_heads'),
      vocabulary,
      padding: read.padding(vocabulary, 0),
      contextLength: read.number('max_position_embeddings', 512),
      activation: read.activation('activation', 'gelu'),
      classes: classesOf(json),
    }
    read.done()
    return config
  },

  dimensions: (c) => ({ hidden: c.hidden, vocabulary: c.vocabulary, layers: c.layers, contextLength: c.contextLength, taskType: c.classes.taskType, outputs: c.classes.labels.length }),

  forward(m, c) {
    const headSize = c.hidden / c.heads
    const words = m.embedding('distilbert.embeddings.word_embeddings', m.tokens, c.vocabulary, c.hidden, c.padding)
    const placed = m.add(words, m.embedding('distilbert.embeddings.position_embeddings', m.positions, c.contextLength, c.hidden, -1))
    let h = m.layerNorm('distilbert.embeddings.LayerNorm', placed, EPS) // (B·T, C)
    for (let layer = 0; layer < c.layers; layer++) {
      const at = `distilbert.transformer.layer.${layer}`
      const [q, k, v] = ['q', 'k', 'v'].map((name) => m.linear(`${at}.attention.${name}_lin`, h, { out: c.hidden, bias: true })) // (B·T, C)
      const mixed = m.attention(layer, q, k, v, { heads: c.heads, kvHeads: c.heads, headSize, scale: headSize ** -0.5, window: 0, causal: false })
      const attended = m.linear(`${at}.attention.out_lin`, mixed, { out: c.hidden, bias: true })
      const afterAttention = (x: Tensor): Tensor => m.layerNorm(`${at}.sa_layer_norm`, x, EPS)
      h = afterAttention(m.residual({ layer, layerPath: at, part: 'attention', norm: afterAttention }, h, attended))

      const inner = m.activation(c.activation, m.linear(`${at}.ffn.lin1`, h, { out: c.inner, bias: true }))
      const out = m.linear(`${at}.ffn.lin2`, inner, { out: c.hidden, bias: true })
      const afterMlp = (x: Tensor): Tensor => m.layerNorm(`${at}.output_layer_norm`, x, EPS)
      h = afterMlp(m.residual({ layer, layerPath: at, part: 'mlp', norm: afterMlp }, h, out))
    }
    const { taskType, labels } = c.classes
    return {
      hidden: h,
      head(rows) {
        const pooled = taskType === 'SEQ_CLS' ? m.activation('relu', m.linear('pre_classifier', rows, { out: c.hidden, bias: true })) : rows
        return m.linear('classifier', pooled, { out: labels.length, bias: true }) // (rows, classes)
      },
    }
  },

  aliases: (name) => (name.startsWith('distilbert.') ? [name.replace(/^distilbert\./, '')] : []),
}
