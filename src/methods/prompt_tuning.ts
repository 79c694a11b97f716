// Prompt tuning: learned embeddings in front of the text. https://arxiv.org/abs/2104.08691
import type { OptionSpecs } from '../protocol/options.ts'
import type { Attachment, Init, Method, ModelOutline } from './method.ts'
import { EMBEDDING, promptConfig } from './promptEncoder.ts'

const options = {
  num_virtual_tokens: { kind: 'number', default: 16, min: 1, max: 1024, integer: true, label: 'num_virtual_tokens', help: 'Length of the learned prompt.' },
  prompt_tuning_init: {
    kind: 'choice', default: 'SAMPLE_VOCAB', label: 'Start', help: 'What the prompt is before training.',
    choices: [{ value: 'SAMPLE_VOCAB', label: 'Words of the vocabulary' }, { value: 'RANDOM', label: 'Random numbers' }],
  },
} as const satisfies OptionSpecs

function attach(count: number, start: string, model: ModelOutline): Attachment {
  const [embeddings] = model.embeddings
  const init: Init = start === 'SAMPLE_VOCAB' ? { kind: 'sampled rows', name: `${embeddings}.weight`, width: model.hidden } : { kind: 'normal', std: 1 }
  return {
    prompt: { count, embeddings: (site) => site.param(EMBEDDING, [count, model.hidden], init) },
    saved: (read) => new Map([['prompt_embeddings', { shape: [count, model.hidden], data: read(EMBEDDING)! }]]),
    adapterConfig: (baseModel) => ({
      ...promptConfig(baseModel, 'PROMPT_TUNING', count, model.hidden, model.attention.heads, model.layers),
      prompt_tuning_init: 'RANDOM',
    }),
  }
}

export const method: Method = {
  id: 'prompt_tuning',
  label: 'Prompt tuning',
  order: 31,
  group: 'Prompts',
  summary: 'Trains a few embeddings that stand before every text; the smallest thing that can steer a model.',
  paper: 'https://arxiv.org/abs/2104.08691',
  options,
  defaultLearningRate: 3e-2,
  startsAsBase: false,
  attach: (o, model) => attach(Number(o['num_virtual_tokens']), String(o['prompt_tuning_init']), model),
  fromPeft: (config, model) => (config['peft_type'] === 'PROMPT_TUNING' ? attach(Number(config['num_virtual_tokens']), 'RANDOM', model) : undefined),
}
