// BERT with a head for classes. https://arxiv.org/abs/1810.04805; numerics as transformers' modeling_bert.
import { encoderDimensions, encoderEmbeddings, encoderLayers, readEncoder, type Encoder } from './encoder.ts'
import type { Family } from './family.ts'
import { ConfigReader } from './readConfig.ts'

export const family: Family<Encoder> = {
  id: 'bert',
  architecture: 'BertForSequenceClassification',
  pooled: 'first',
  targets: ['query', 'value'],

  config(json) {
    const read = new ConfigReader(json, 'bert')
    const config = readEncoder(read, json)
    read.done()
    return config
  },

  dimensions: encoderDimensions,

  forward(m, c) {
    const { taskType, labels } = c.classes
    const embedded = encoderEmbeddings(m, 'bert.embeddings', c, { ids: m.positions, count: c.contextLength, padding: -1 })
    const hidden = encoderLayers(m, 'bert', c, embedded)
    return {
      hidden,
      head(rows) {
        const pooled = taskType === 'SEQ_CLS' ? m.activation('tanh', m.linear('bert.pooler.dense', rows, { out: c.hidden, bias: true })) : rows
        return m.linear('classifier', pooled, { out: labels.length, bias: true }) // (rows, classes)
      },
    }
  },

  // The original checkpoints name the weights of a norm gamma and beta, and were saved with a leading bert. or without.
  aliases: (name) => {
    const old = name.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta')
    return [...new Set([old, name.replace(/^bert\./, ''), old.replace(/^bert\./, '')])].filter((alias) => alias !== name)
  },
}
