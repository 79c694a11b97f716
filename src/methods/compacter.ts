// Compacter: bottleneck adapters whose layers are sums of Kronecker products of a few shared numbers and two thin factors.
// https://arxiv.org/abs/2106.04647. Compacter after attention and MLP, Compacter++ after the MLP only; the file is AdapterHub's.
import { Fault } from '../protocol/failure.ts'
import type { OptionSpecs } from '../protocol/options.ts'
import { attachBottleneck, sharedOptions } from './bottleneck.ts'
import type { Method } from './method.ts'

const options = {
  architecture: {
    kind: 'choice', default: 'double_seq_bn', label: 'Placement', help: 'Where adapters sit.',
    choices: [{ value: 'double_seq_bn', label: 'Compacter', help: 'After attention and after the MLP.' }, { value: 'seq_bn', label: 'Compacter++', help: 'After the MLP of each layer.' }],
  },
  reduction_factor: { kind: 'number', default: 8, min: 1, max: 1024, label: 'reduction_factor', help: 'The bottleneck is the hidden size divided by this, as the nearest multiple of phm_dim.' },
  phm_dim: { kind: 'number', default: 4, min: 1, max: 64, integer: true, label: 'phm_dim', help: 'Terms of the Kronecker sum; a layer has about so many times fewer parameters.' },
  phm_rank: { kind: 'number', default: 1, min: 1, max: 64, integer: true, advanced: true, label: 'phm_rank', help: 'Rank of the two factors of each term.' },
  ...sharedOptions,
} as const satisfies OptionSpecs

export const method: Method = {
  id: 'compacter',
  label: 'Compacter',
  order: 21,
  group: 'Adapters',
  summary: 'Bottleneck adapters made of shared Kronecker products; a few percent of their parameters.',
  paper: 'https://arxiv.org/abs/2106.04647',
  options,
  defaultLearningRate: 1e-2,
  startsAsBase: false,
  attach(given, model) {
    const [dim, rank] = [Number(given['phm_dim']), Number(given['phm_rank'])]
    if (model.hidden % dim !== 0) {
      const divisors = Array.from({ length: 64 }, (_, i) => i + 1).filter((n) => model.hidden % n === 0)
      throw new Fault('bad-recipe', `phm_dim ${dim} does not divide the ${model.hidden} channels of this model.`, `Use a phm_dim of ${divisors.join(', ')}.`, undefined, [
        { kind: 'option', method: 'compacter', name: 'phm_dim', value: divisors.findLast((n) => n < dim)! },
      ])
    }
    const inner = dim * Math.max(1, Math.round(model.hidden / Number(given['reduction_factor']) / dim))
    // AdapterHub divides and rounds down; a quarter of a channel more keeps its quotient at ours.
    const factor = model.hidden % inner === 0 ? model.hidden / inner : model.hidden / (inner + 0.25)
    return attachBottleneck(given, model, inner, factor, 'gelu', { dim, rank })
  },
}
