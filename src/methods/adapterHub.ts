// AdapterHub's adapter_config.json read as bottleneck adapters of this folder. What it says and cannot be done here is
// named in one sentence, because an adapter that is read by halves answers wrongly without a word.
import { Fault } from '../protocol/failure.ts'
import type { MethodChoice } from '../protocol/recipe.ts'

type Json = Readonly<Record<string, unknown>>
const bad = (message: string, hint = 'Use an adapter of the types seq_bn, double_seq_bn or par_bn.'): Fault => new Fault('bad-adapter', message, hint)

/** Entries of BnConfig that change the maths, with the only value that is known here. */
const ONLY: Readonly<Record<string, unknown>> = {
  output_adapter: true, original_ln_after: true, residual_before_ln: true, adapter_residual_before_ln: false, ln_before: false, ln_after: false,
  use_gating: false, inv_adapter: null, cross_adapter: false, phm_layer: false, stochastic_depth: 0,
}

/** @param modelType of the open model */
export function choiceOfAdapterHub(config: Json, modelType: string): MethodChoice {
  const c = config['config'] as Json | undefined
  if (typeof c !== 'object' || c === null) throw bad('adapter_config.json has no config entry, so it is neither PEFT’s nor AdapterHub’s.', 'Save the adapter again with the library that made it.')
  if (typeof config['model_type'] === 'string' && config['model_type'] !== modelType)
    throw bad(`This adapter was made for a ${config['model_type']} model, and a ${modelType} model is open.`, `Open the ${config['model_type']} model it was made for.`)
  if (typeof c['architecture'] === 'string') throw bad(`AdapterHub adapters of type ${JSON.stringify(c['architecture'])} cannot be read yet.`)
  const strange = Object.entries(ONLY).filter(([name, value]) => c[name] !== undefined && c[name] !== value)
  if (typeof c['reduction_factor'] !== 'number') strange.push(['reduction_factor', undefined])
  if (typeof c['scaling'] !== 'number') strange.push(['scaling', undefined])
  if (strange.length > 0) throw bad(`This bottleneck adapter uses ${strange.map(([name]) => `${name} ${JSON.stringify(c[name])}`).join(', ')}, which cannot be read yet.`)
  const parallel = c['is_parallel'] === true
  const architecture = parallel ? 'par_bn' : c['mh_adapter'] === true ? 'double_seq_bn' : 'seq_bn'
  const before = c['original_ln_before'] === true
  if (!parallel && before !== (architecture === 'seq_bn')) throw bad(`This ${architecture} adapter has original_ln_before ${String(before)}, which cannot be read yet.`)
  if (!parallel && c['scaling'] !== 1) throw bad(`This ${architecture} adapter is scaled by ${String(c['scaling'])}, which is known for par_bn only.`)
  const options = {
    architecture,
    reduction_factor: c['reduction_factor'] as number,
    non_linearity: String(c['non_linearity']),
    leave_out: ((c['leave_out'] as readonly number[] | undefined) ?? []).map(String),
    ...(parallel && { scaling: c['scaling'] as number }),
  }
  return { id: 'bottleneck', options }
}
