// LN tuning: only the normalisation layers train. https://arxiv.org/abs/2312.11420
// Saved values are copies of the norms, not differences, under PEFT's keys.
import { Fault } from '../protocol/failure.ts'
import type { Attachment, Method, ModelOutline } from './method.ts'
import { selects, type Selection } from './targets.ts'

const PREFIX = 'base_model.model.'

function attach(model: ModelOutline, targets: Selection, exclude: Selection = []): Attachment {
  const paths = model.norms.filter((path) => selects(targets, path) && !(exclude.length > 0 && selects(exclude, path)))
  if (paths.length === 0) throw new Fault('bad-adapter', `target_modules ${JSON.stringify(targets)} match no norm of this model.`, `Its norms are ${[...new Set(model.norms.map(last))].join(', ')}.`)
  const chosen = new Set(paths)
  return {
    trains(name) {
      const dot = name.lastIndexOf('.')
      const path = name.slice(0, dot)
      return chosen.has(path) ? `${PREFIX}${path}.ln_tuning_layers${name.slice(dot)}` : undefined
    },
    adapterConfig: (baseModel) => ({
      base_model_name_or_path: baseModel,
      inference_mode: true,
      modules_to_save: null,
      peft_type: 'LN_TUNING',
      revision: null,
      target_modules: paths.length === model.norms.length ? [...new Set(paths.map(last))] : paths,
      task_type: 'CAUSAL_LM',
    }),
  }
}

const last = (path: string): string => path.replace(/^.*\./, '')

export const method: Method = {
  id: 'ln_tuning',
  label: 'LN tuning',
  order: 41,
  group: 'Bias and scale',
  summary: 'Trains only the normalisation layers; works on every model, however small the budget.',
  paper: 'https://arxiv.org/abs/2312.11420',
  options: {},
  defaultLearningRate: 1e-2,
  startsAsBase: true,
  attach: (_, model) => attach(model, model.norms),
  fromPeft: (config, model) => {
    if (config['peft_type'] !== 'LN_TUNING') return undefined
    return attach(model, (config['target_modules'] as Selection | null) ?? model.norms, (config['exclude_modules'] as Selection | null) ?? [])
  },
}
