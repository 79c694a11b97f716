// What BERT and RoBERTa have in common: layers that see the whole text and normalise after each part.
import type { Tensor } from '../graph/tensor.ts'
import type { Activation } from '../ops/activation.ts'
import type { JsonObject } from '../protocol/record.ts'
import { readClasses, type Classes } from './classes.ts'
import type { Dimensions, Model } from './family.ts'
import type { ConfigReader } from './readConfig.ts'

export interface Encoder {
  readonly hidden: number
  readonly intermediate: number
  readonly layers: number
  readonly heads: number
  readonly vocabulary: number
  readonly padding: number
  readonly contextLength: number
  readonly types: number
  readonly eps: number
  readonly activation: Activation
  readonly classes: Classes
}

/** An encoder predicts classes, or nothing that could be trained here: one that was pretrained only waits for those of the data. */
export const classesOf = (json: JsonObject): Classes => readClasses(json) ?? { taskType: 'SEQ_CLS', labels: ['LABEL_0', 'LABEL_1'] }

/** @param padding where a config names none */
export function readEncoder(read: ConfigReader, json: JsonObject, padding = 0): Encoder {
  const vocabulary = read.number('vocab_size')
  read.choice('position_embedding_type', ['absolute'], 'absolute')
  read.reject(json['is_decoder'] === true, 'is_decoder is on')
  return {
    hidden: read.number('hidden_size'),
    intermediate: read.number('intermediate_size'),
    layers: read.number('num_hidden_layers'),
    heads: read.number('num_attention_heads'),
    vocabulary,
    padding: read.padding(vocabulary, padding),
    contextLength: read.number('max_position_embeddings', 512),
    types: read.number('type_vocab_size', 2),
    eps: read.number('layer_norm_eps', 1e-12),
    activation: read.activation('hidden_act', 'gelu'),
    classes: classesOf(json),
  }
}

export const encoderDimensions = (c: Encoder): Dimensions => ({
  hidden: c.hidden,
  vocabulary: c.vocabulary,
  layers: c.layers,
  contextLength: c.contextLength,
  taskType: c.classes.taskType,
  outputs: c.classes.labels.length,
})

/** Sum of word, type and place embeddings, normalised: (B·T, C). */
export function encoderEmbeddings(m: Model, at: string, c: Encoder, places: { readonly ids: Tensor; readonly count: number; readonly padding: number }): Tensor {
  const words = m.embedding(`${at}.word_embeddings`, m.tokens, c.vocabulary, c.hidden, c.padding)
  const typed = m.add(words, m.embedding(`${at}.token_type_embeddings`, m.tokenTypes, c.types, c.hidden, -1))
  return m.layerNorm(`${at}.LayerNorm`, m.add(typed, m.embedding(`${at}.position_embeddings`, places.ids, places.count, c.hidden, places.padding)), c.eps)
}

/** All layers below `prefix`: (B·T, C) → (B·T, C). */
export function encoderLayers(m: Model, prefix: string, c: Encoder, embedded: Tensor): Tensor {
  const headSize = c.hidden / c.heads
  let h = embedded
  for (let layer = 0; layer < c.layers; layer++) {
    const at = `${prefix}.encoder.layer.${layer}`
    const [q, k, v] = ['query', 'key', 'value'].map((name) => m.linear(`${at}.attention.self.${name}`, h, { out: c.hidden, bias: true })) // (B·T, C)
    const mixed = m.attention(layer, q, k, v, { heads: c.heads, kvHeads: c.heads, headSize, scale: headSize ** -0.5, window: 0, causal: false })
    const attended = m.linear(`${at}.attention.output.dense`, mixed, { out: c.hidden, bias: true })
    const site = { layer, layerPath: at }
    const afterAttention = (x: Tensor): Tensor => m.layerNorm(`${at}.attention.output.LayerNorm`, x, c.eps)
    h = afterAttention(m.residual({ ...site, part: 'attention', adapters: `${at}.attention.output`, norm: afterAttention }, h, attended))

    const inner = m.activation(c.activation, m.linear(`${at}.intermediate.dense`, h, { out: c.intermediate, bias: true }))
    const out = m.linear(`${at}.output.dense`, inner, { out: c.hidden, bias: true })
    const afterMlp = (x: Tensor): Tensor => m.layerNorm(`${at}.output.LayerNorm`, x, c.eps)
    h = afterMlp(m.residual({ ...site, part: 'mlp', adapters: `${at}.output`, norm: afterMlp }, h, out))
  }
  return h
}
