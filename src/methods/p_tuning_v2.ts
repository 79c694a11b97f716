// P-tuning v2: deep prompts, learned keys and values at every layer, without a network that makes them.
// https://arxiv.org/abs/2110.07602. PEFT has it as prefix tuning without projection, and so it is saved.
import type { OptionSpecs } from '../protocol/options.ts'
import type { Method } from './method.ts'
import { attachPrefix } from './prefix_tuning.ts'

const options = {
  num_virtual_tokens: { kind: 'number', default: 32, min: 1, max: 1024, integer: true, label: 'num_virtual_tokens', help: 'Length of the prompt at every layer; the paper uses 8 to 128, more for harder tasks.' },
  dropout: { kind: 'number', default: 0, min: 0, max: 0.9, advanced: true, label: 'Dropout', help: 'Share of the prompt’s numbers that is zeroed at each step, against overfitting.' },
} as const satisfies OptionSpecs

export const method: Method = {
  id: 'p_tuning_v2',
  label: 'P-tuning v2',
  order: 33,
  group: 'Prompts',
  summary: 'Trains a prompt at every layer, not only in front of the first; reaches further than P-tuning.',
  paper: 'https://arxiv.org/abs/2110.07602',
  options,
  defaultLearningRate: 5e-2,
  startsAsBase: false,
  attach: (o, model) => attachPrefix({ count: Number(o['num_virtual_tokens']), hidden: 0, dropout: Number(o['dropout']) }, model),
}
