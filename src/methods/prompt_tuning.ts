// Prompt tuning: learned embeddings in front of the text. https://arxiv.org/abs/2104.08691
import { Fault } from '../protocol/failure.ts'
import type { OptionSpecs } from '../protocol/options.ts'
import type { Attachment, Init, Method, ModelOutline } from './method.ts'
import { EMBEDDING, promptConfig } from './promptEncoder.ts'

const options = {
  num_virtual_tokens: { kind: 'number', default: 16, min: 1, max: 1024, integer: true, label: 'num_virtual_tokens', help: 'Length of the learned prompt.' },
  prompt_tuning_init: {
    kind: 'choice', default: 'SAMPLE_VOCAB', label: 'Start', help: 'What the prompt is before training.',
    choices: [{ value: 'SAMPLE_VOCAB', label: 'Words of the vocabulary' }, { value: 'TEXT', label: 'A text' }, { value: 'RANDOM', label: 'Random numbers' }],
  },
  prompt_tuning_init_text: { kind: 'text', default: '', label: 'prompt_tuning_init_text', help: 'The text it starts from, repeated or cut to the prompt’s length; only for the start “A text”.' },
  dropout: { kind: 'number', default: 0, min: 0, max: 0.9, advanced: true, label: 'Dropout', help: 'Share of the prompt’s numbers that is zeroed at each step, against overfitting.' },
} as const satisfies OptionSpecs

function initial(start: string, text: string, model: ModelOutline): Init {
  if (start === 'RANDOM') return { kind: 'normal', std: 1 }
  const table = { name: `${model.embeddings[0]}.weight`, width: model.embedded }
  if (start === 'SAMPLE_VOCAB') return { kind: 'sampled rows', ...table }
  if (text.trim() === '') throw new Fault('bad-recipe', 'Prompt tuning is to start from a text, but prompt_tuning_init_text is empty.', 'Write what the model should do, such as “Translate to French”, or choose another start.')
  if (!model.tokenize) throw new Fault('bad-recipe', 'Prompt tuning cannot start from a text without the model’s tokenizer.', 'Open the whole model folder, or choose another start.')
  const ids = model.tokenize(text)
  if (ids.length === 0) throw new Fault('bad-recipe', `The tokenizer of this model has no token for ${JSON.stringify(text)}.`, 'Write another prompt_tuning_init_text.')
  return { kind: 'rows', ...table, ids }
}

function attach(count: number, init: Init, dropout: number, model: ModelOutline): Attachment {
  return {
    prompt: { count, embeddings: (site) => site.dropout(site.param(EMBEDDING, [count, model.embedded], init), dropout) },
    saved: (read) => new Map([['prompt_embeddings', { shape: [count, model.embedded], data: read(EMBEDDING)! }]]),
    // How it started is in the recipe; a reader that knew would tokenize the text again, only to overwrite what came of it.
    adapterConfig: (baseModel) => ({
      ...promptConfig(baseModel, 'PROMPT_TUNING', count, model.embedded, model.attention.heads, model.layers),
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
  attach: (o, model) => attach(Number(o['num_virtual_tokens']), initial(String(o['prompt_tuning_init']), String(o['prompt_tuning_init_text']), model), Number(o['dropout']), model),
  fromPeft: (config, model) => (config['peft_type'] === 'PROMPT_TUNING' ? attach(Number(config['num_virtual_tokens']), initial('RANDOM', '', model), 0, model) : undefined),
}
