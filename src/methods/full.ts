// Full fine-tuning: every tensor of the base trains. The bar that parameter-efficient methods are measured against.
import type { Method } from './method.ts'

export const method: Method = {
  id: 'full',
  label: 'Full tuning',
  order: 100,
  group: 'Full',
  summary: 'Trains every weight of the model; learns the most, and needs memory for three more copies of it.',
  paper: 'https://arxiv.org/abs/1801.06146',
  options: {},
  defaultLearningRate: 2e-4,
  startsAsBase: true,
  attach: () => ({ trains: (name) => name }),
}
