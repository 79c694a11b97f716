import { expect, it } from 'vitest'
import { familyOf } from '../families/registry.ts'
import type { OptionValue } from '../protocol/options.ts'
import { outline } from '../train/census.ts'
import { choiceOfAdapterHub, keyOfAdapterHub } from './adapterHub.ts'
import { attachAll } from './registry.ts'

const family = familyOf('llama')
const model = outline(family, family.config({ hidden_size: 24, intermediate_size: 12, num_hidden_layers: 3, num_attention_heads: 2, vocab_size: 11 }))
const config = (id: string, options: Readonly<Record<string, OptionValue>>) => attachAll([{ id, options }], model)[0].adapterConfig!('base')
const changed = (changes: Readonly<Record<string, unknown>>) => {
  const json = config('bottleneck', {})
  return { ...json, config: { ...(json['config'] as object), ...changes } }
}

it.each([
  { id: 'bottleneck', options: {} },
  { id: 'bottleneck', options: { architecture: 'par_bn', reduction_factor: 2, non_linearity: 'gelu' } },
  { id: 'bottleneck', options: { architecture: 'double_seq_bn', scaling: 0.5, leave_out: ['0', '2'], ln_before: true } },
  { id: 'bottleneck', options: { learned_scaling: 'channel', ln_after: true, adapter_residual_before_ln: true, residual_before_ln: false, use_gating: true } },
  { id: 'compacter', options: {} },
  { id: 'compacter', options: { architecture: 'seq_bn', phm_dim: 3, phm_rank: 2, reduction_factor: 5 } },
  { id: 'compacter', options: { phm_dim: 1, reduction_factor: 7 } },
])('$id with $options is read as it was written', ({ id, options }) => {
  const written = JSON.parse(JSON.stringify(config(id, options))) as Record<string, unknown>
  const choice = choiceOfAdapterHub(written, 'llama')
  expect(choice.id).toBe(id)
  expect(config(choice.id, choice.options)).toEqual(written)
  // AdapterHub's own bottleneck: int(hidden // reduction_factor).
  const { reduction_factor, phm_dim, phm_layer } = written['config'] as Record<string, number>
  if (phm_layer) expect(Math.floor(24 / reduction_factor) % phm_dim).toBe(0)
})

it('says what it cannot read', () => {
  expect(() => choiceOfAdapterHub(changed({ use_gating: true }), 'llama')).toThrow('gates are averaged over the tokens of a row')
  expect(() => choiceOfAdapterHub(changed({ inv_adapter: 'nice' }), 'llama')).toThrow('This bottleneck adapter uses inv_adapter "nice", which cannot be read yet.')
  expect(() => choiceOfAdapterHub(changed({ phm_layer: true, shared_W_phm: true }), 'llama')).toThrow('shared_W_phm true')
  expect(() => choiceOfAdapterHub(changed({ residual_before_ln: 'post_add' }), 'llama')).toThrow('residual_before_ln "post_add"')
})

it('finds tensors under the adapter’s name', () => {
  const named = { name: 'mine', config: { ln_before: true } }
  expect(keyOfAdapterHub('model.layers.0.output_adapters.adapters.mine.adapter_up.bias', named)).toBe('model.layers.0.output_adapters.adapters.adapter_up.bias')
  expect(keyOfAdapterHub('model.layers.0.output_adapters.adapters.mine.adapter_down.0.bias', named)).toBe('model.layers.0.output_adapters.adapters.adapter_norm_before.bias')
  expect(keyOfAdapterHub('model.shared_parameters.mine.phm_rule', named)).toBe('model.shared_parameters.phm_rule')
})
