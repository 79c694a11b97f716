// AdapterHub's adapter_config.json read as bottleneck adapters or Compacter of this folder. What it says and cannot be done here is
// named in one sentence, because an adapter that is read by halves answers wrongly without a word.
import { Fault } from '../protocol/failure.ts'
import type { MethodChoice } from '../protocol/recipe.ts'
import type { JsonObject } from '../protocol/record.ts'

const bad = (message: string, hint = 'Use an adapter of the types seq_bn, double_seq_bn or par_bn.'): Fault => new Fault('bad-adapter', message, hint)

/** Entries of BnConfig that change the maths, with the only value that is known here. */
const ONLY: Readonly<Record<string, unknown>> = {
  output_adapter: true, original_ln_after: true, inv_adapter: null, cross_adapter: false, stochastic_depth: 0,
}
/** Those that matter in Compacter only. */
const ONLY_PHM: Readonly<Record<string, unknown>> = { factorized_phm_W: true, factorized_phm_rule: false, shared_W_phm: false, shared_phm_rule: true, phm_bias: true }

/** Our key of a tensor in AdapterHub's file, whose keys carry the adapter's name; a norm before is there twice. */
export function keyOfAdapterHub(name: string, config: JsonObject): string {
  const adapter = String(config['name'])
  const key = name.replace(`.adapters.${adapter}.`, '.adapters.').replace(`.shared_parameters.${adapter}.`, '.shared_parameters.')
  return (config['config'] as JsonObject | undefined)?.['ln_before'] === true ? key.replace(/adapter_down\.0\.(weight|bias)$/, 'adapter_norm_before.$1') : key
}

/** @param modelType of the open model */
export function choiceOfAdapterHub(config: JsonObject, modelType: string): MethodChoice {
  const c = config['config'] as JsonObject | undefined
  if (typeof c !== 'object' || c === null) throw bad('adapter_config.json has no config entry, so it is neither PEFT’s nor AdapterHub’s.', 'Save the adapter again with the library that made it.')
  if (typeof config['model_type'] === 'string' && config['model_type'] !== modelType)
    throw bad(`This adapter was made for a ${config['model_type']} model, and a ${modelType} model is open.`, `Open the ${config['model_type']} model it was made for.`)
  if (typeof c['architecture'] === 'string') throw bad(`AdapterHub adapters of type ${JSON.stringify(c['architecture'])} cannot be read yet.`)
  const phm = c['phm_layer'] === true
  const strange = Object.entries(phm ? { ...ONLY, ...ONLY_PHM } : ONLY).filter(([name, value]) => c[name] !== undefined && c[name] !== value)
  if (typeof c['reduction_factor'] !== 'number') strange.push(['reduction_factor', undefined])
  if (typeof c['scaling'] !== 'number' && c['scaling'] !== 'learned' && c['scaling'] !== 'channel') strange.push(['scaling', undefined])
  if (c['residual_before_ln'] === 'post_add') strange.push(['residual_before_ln', undefined])
  if (strange.length > 0) throw bad(`This bottleneck adapter uses ${strange.map(([name]) => `${name} ${JSON.stringify(c[name])}`).join(', ')}, which cannot be read yet.`)
  if (c['use_gating'] === true && c['gate_per_token'] !== true)
    throw bad('This adapter’s gates are averaged over the tokens of a row, which a model that writes one token at a time cannot do.', 'Use an adapter without use_gating, or one made here.')
  const parallel = c['is_parallel'] === true
  const architecture = parallel ? 'par_bn' : c['mh_adapter'] === true ? 'double_seq_bn' : 'seq_bn'
  const before = c['original_ln_before'] === true
  if (!parallel && before !== (architecture === 'seq_bn')) throw bad(`This ${architecture} adapter has original_ln_before ${String(before)}, which cannot be read yet.`)
  const options = {
    architecture,
    reduction_factor: c['reduction_factor'] as number,
    non_linearity: String(c['non_linearity']),
    leave_out: ((c['leave_out'] as readonly number[] | undefined) ?? []).map(String),
    ...(typeof c['scaling'] === 'number' ? { scaling: c['scaling'] } : { learned_scaling: c['scaling'] as string }),
    ...Object.fromEntries(FLAGS.filter((name) => typeof c[name] === 'boolean').map((name) => [name, c[name] as boolean])),
    ...(phm && { phm_dim: c['phm_dim'] as number, phm_rank: c['phm_rank'] as number }),
  }
  return { id: phm ? 'compacter' : 'bottleneck', options }
}

const FLAGS = ['ln_before', 'ln_after', 'residual_before_ln', 'adapter_residual_before_ln', 'use_gating']
