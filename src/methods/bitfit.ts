// BitFit: only biases train. https://arxiv.org/abs/2106.10199
// No library has a format for it; the export holds the biases under their names in the model, and a loader.
import { Fault, type Remedy } from '../protocol/failure.ts'
import type { OptionSpecs } from '../protocol/options.ts'
import type { Method, ModelOutline } from './method.ts'

const options = {
  bias_modules: { kind: 'list', default: ['all'], suggest: 'linear-layers', label: 'Biases', help: 'Whose biases train: all, or the modules named (q_proj, v_proj, …).' },
} as const satisfies OptionSpecs

/** Last names of the modules that have a bias. */
const holders = (model: ModelOutline): string[] => [...new Set(model.tensors.flatMap((name) => /([^.]+)\.bias$/.exec(name)?.[1] ?? []))]

export const method: Method = {
  id: 'bitfit',
  label: 'BitFit',
  order: 40,
  group: 'Bias and scale',
  summary: 'Trains only the biases the model already has; a fraction of a percent of its weights.',
  paper: 'https://arxiv.org/abs/2106.10199',
  options,
  defaultLearningRate: 1e-2,
  startsAsBase: true,
  attach({ bias_modules }, model) {
    const wanted = bias_modules as readonly string[]
    const chosen = (name: string): boolean => {
      const path = name.replace(/\.bias$/, '')
      return path !== name && (wanted.includes('all') || wanted.some((w) => path === w || path.endsWith(`.${w}`)))
    }
    if (!model.tensors.some(chosen)) {
      if (model.tensors.some((name) => name.endsWith('.bias'))) {
        throw new Fault('bad-recipe', `No bias of this model belongs to ${wanted.join(', ')}, so BitFit has nothing to train.`, `Use all, or modules that have biases: ${holders(model).join(', ')}.`, undefined, [{ kind: 'option', method: 'bitfit', name: 'bias_modules', value: ['all'] }])
      }
      const instead = ['ln_tuning', 'ia3', 'lora'].map((use): Remedy => ({ kind: 'instead', of: 'bitfit', use }))
      throw new Fault('bad-recipe', `This ${model.modelType} model has no biases, so BitFit has nothing to train.`, 'Use LN tuning or (IA)³, which are as small, or LoRA.', undefined, instead)
    }
    return { trains: (name) => (chosen(name) ? name : undefined), ownConfig: () => ({ type: 'tensors' }) }
  },
}
