// The mean of several adapters, in its two meanings. `average` is the mean of all values in place, for adapters of any method
// that differ only in what they learned (several seeds, or checkpoints of one run): AdapterHub's average_adapter, linear. The
// mean of what LoRA adapters add to the weights is `averageUpdates`: values in place would multiply one's A with another's B.
import type { Adapter, AdapterTensor } from '../files/adapter.ts'
import { Fault } from '../protocol/failure.ts'
import { combine } from './combine.ts'
import { derivedCard } from './derivedCard.ts'

/** Entries of adapter_config.json that say where an adapter came from, not what its tensors mean. */
const ABOUT = new Set(['auto_mapping', 'base_model_name_or_path', 'inference_mode', 'model_name', 'name', 'peft_version', 'revision', 'task_type', 'version'])

/**
 * Values averaged in place. Throws `bad-adapter` where keys, shapes or settings differ.
 * @param weights one for each adapter, equal when absent; only their ratio counts
 */
export function average(adapters: readonly Adapter[], weights: readonly number[] = adapters.map(() => 1)): Adapter {
  const shares = normalised(adapters, weights)
  const [first, ...others] = adapters
  for (const other of others) checkAlike(first, other)
  const mean = (key: string, { shape, data }: AdapterTensor): AdapterTensor => {
    const parts = adapters.map((a) => a.tensors.get(key)!.data)
    return { shape, data: Float32Array.from(data, (_, i) => parts.reduce((sum, values, n) => sum + shares[n] * values[i], 0)) }
  }
  return {
    config: first.config,
    tensors: new Map([...first.tensors].map(([key, tensor]) => [key, mean(key, tensor)])),
    card: derivedCard(first.config['base_model_name_or_path'], `The mean of ${adapters.length} adapters, made with Tunesmith:`, { weights: shares }),
  }
}

/**
 * The mean of what LoRA adapters of any ranks add to the weights, as closely as the rank allows: exact where it is the sum
 * of theirs.
 * @param rank of the result; the sum of the adapters' ranks when absent
 */
export function averageUpdates(adapters: readonly Adapter[], { weights = adapters.map(() => 1), rank }: { readonly weights?: readonly number[]; readonly rank?: number } = {}): Adapter {
  const shares = normalised(adapters, weights)
  return combine(adapters, rank === undefined ? { combination_type: 'cat', weights: shares } : { combination_type: 'svd', svd_rank: rank, weights: shares })
}

function normalised(adapters: readonly Adapter[], weights: readonly number[]): number[] {
  const sum = weights.reduce((n, w) => n + w, 0)
  if (adapters.length === 0 || weights.length !== adapters.length || !(Number.isFinite(sum) && sum !== 0))
    throw new Fault('bad-recipe', `An average needs adapters and as many weights with a sum other than 0, found ${adapters.length} adapters and the weights ${weights.join(', ') || 'none'}.`, 'Leave the weights out for equal ones.')
  return weights.map((w) => w / sum)
}

function checkAlike(a: Adapter, b: Adapter): void {
  const differ = (what: string): Fault => new Fault('bad-adapter', `These adapters cannot be averaged in place: ${what}.`, 'Average adapters of one recipe, or the updates of LoRA adapters instead of their values.')
  const meant = (config: Adapter['config'], key: string): string => JSON.stringify(listsSorted(config[key]) ?? null)
  const settings = [...new Set([...Object.keys(a.config), ...Object.keys(b.config)])].filter((key) => !ABOUT.has(key))
  const setting = settings.find((key) => meant(a.config, key) !== meant(b.config, key))
  if (setting !== undefined) throw differ(`${setting} is ${meant(a.config, setting)} in one and ${meant(b.config, setting)} in another`)
  const missing = [...new Set([...a.tensors.keys(), ...b.tensors.keys()])].find((key) => !a.tensors.has(key) || !b.tensors.has(key))
  if (missing !== undefined) throw differ(`only one has ${missing}`)
  for (const [key, { shape }] of a.tensors) {
    const other = b.tensors.get(key)!.shape
    if (shape.join() !== other.join()) throw differ(`${key} is [${shape.join(', ')}] in one and [${other.join(', ')}] in another`)
  }
}

/** PEFT writes sets of names in any order. */
const listsSorted = (value: unknown): unknown => (Array.isArray(value) && value.every((v) => typeof v === 'string') ? value.toSorted() : value)
