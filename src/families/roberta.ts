// RoBERTa with a head for classes: BERT whose positions start behind the padding token's. https://arxiv.org/abs/1907.11692;
// numerics as transformers' modeling_roberta.
import { encoderDimensions, encoderEmbeddings, encoderLayers, readEncoder, type Encoder } from './encoder.ts'
import type { Family } from './family.ts'
import { ConfigReader } from './readConfig.ts'

/** Rows of the table of positions that texts use. */
const behindPadding = (padding: number): number => padding + 1

export const family: Family<Encoder> = {
  id: 'roberta',
  architecture: 'RobertaForSequenceClassification',
  pooled: 'first',
  targets: ['query', 'value'],

  config(json) {
    const read = new ConfigReader(json, 'roberta')
    const config = readEncoder(read, json, 1)
    read.done()
    return { ...config, contextLength: config.contextLength - behindPadding(config.padding) }
  },

  dimensions: encoderDimensions,

  forward(m, c) {
    const { taskType, labels } = c.classes
    const first = behindPadding(c.padding)
    const embedded = encoderEmbeddings(m, 'roberta.embeddings', c, { ids: m.shifted(m.positions, first), count: c.contextLength + first, padding: c.padding })
    const hidden = encoderLayers(m, 'roberta', c, embedded)
    return {
      hidden,
      head(rows) {
        if (taskType === 'TOKEN_CLS') return m.linear('classifier', rows, { out: labels.length, bias: true }) // (rows, classes)
        const inner = m.activation('tanh', m.linear('classifier.dense', rows, { out: c.hidden, bias: true }))
        return m.linear('classifier.out_proj', inner, { out: labels.length, bias: true }) // (rows, classes)
      },
    }
  },

  aliases: (name) => (name.startsWith('roberta.') ? [name.replace(/^roberta\./, '')] : []),
}
