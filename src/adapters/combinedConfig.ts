// adapter_config.json of a LoRA adapter made from others, and what becomes of their tensors outside the low-rank updates.
import type { Adapter, AdapterTensor } from '../files/adapter.ts'
import { Fault } from '../protocol/failure.ts'
import { PREFIX, type LoraAdapter } from './loraAdapter.ts'

type Config = Adapter['config']

const listOf = (value: unknown): readonly string[] | undefined => (Array.isArray(value) ? (value as string[]) : undefined)
const isAbsent = (value: unknown): boolean => value === undefined || value === null || (Array.isArray(value) && value.length === 0)

/** The first adapter's settings with everything that selects layers or scales replaced; the scaling is 1. */
export function combinedConfig(adapters: readonly LoraAdapter[], paths: readonly string[], rank: number): Config {
  const saved = [...new Set(adapters.flatMap((a) => listOf(a.config['modules_to_save']) ?? []))]
  const biases = adapters.map((a) => a.config['bias'] ?? 'none').filter((bias) => bias !== 'none')
  return {
    ...adapters[0].config,
    ...plainScaling(rank),
    bias: biases.includes('all') ? 'all' : (biases[0] ?? 'none'),
    exclude_modules: null,
    inference_mode: true,
    init_lora_weights: true,
    layers_pattern: null,
    layers_to_transform: null,
    modules_to_save: saved.length > 0 ? saved : null,
    target_modules: targets(adapters, paths),
  }
}

/** lora_alpha / r = 1 for every layer. */
export function plainScaling(rank: number): Config {
  return { r: rank, lora_alpha: rank, use_rslora: false, rank_pattern: {}, alpha_pattern: {} }
}

/** The union of lists as PEFT makes it; whole paths where lists alone do not say what was targeted. */
function targets(adapters: readonly LoraAdapter[], paths: readonly string[]): readonly string[] {
  const lists = adapters.map(({ config: c }) => (isAbsent(c['layers_to_transform']) && isAbsent(c['exclude_modules']) ? listOf(c['target_modules']) : undefined))
  const named = lists.every((l) => l !== undefined && !l.includes('all-linear'))
  return named ? [...new Set(lists.flatMap((l) => l ?? []))].toSorted() : [...paths]
}

/**
 * Biases, saved modules and copies of embeddings, which replace the base's: each stays where one adapter has it, or several
 * have the same. A bias of a layer is called by another key once the layer is targeted.
 */
export function othersOf(adapters: readonly LoraAdapter[], paths: ReadonlySet<string>): Map<string, AdapterTensor> {
  const others = new Map<string, AdapterTensor>()
  for (const { others: own, config } of adapters)
    for (const [key, tensor] of own) {
      const [, path = '', leaf = ''] = /^base_model\.model\.(.*?)(?:\.base_layer)?\.([^.]+)$/.exec(key) ?? []
      const whole = listOf(config['modules_to_save'])?.some((entry) => path.endsWith(entry)) === true
      if (whole && paths.has(path))
        throw new Fault('bad-adapter', `One adapter replaces ${path} whole, and another adds an update to it.`, 'Leave one of them out, or train the update without modules_to_save.')
      const name = `${PREFIX}${path}${paths.has(path) ? '.base_layer' : ''}.${leaf}`
      const before = others.get(name)
      if (before && !(before.data.length === tensor.data.length && before.data.every((x, i) => x === tensor.data[i])))
        throw new Fault('bad-adapter', `Two of the adapters replace ${path}.${leaf}, each with values of its own.`, 'Combine adapters of which at most one trained biases or saved modules.')
      others.set(name, tensor)
    }
  return others
}
