// Bottleneck adapters: small networks after a part of each layer, x + f(z). Houlsby et al. (https://arxiv.org/abs/1902.00751),
// Pfeiffer et al. (https://arxiv.org/abs/2005.00247), parallel (https://arxiv.org/abs/2110.04366).
// Placement, names and presets are AdapterHub's (`adapters` 1.2): double_seq_bn, seq_bn, par_bn. Some layers may be left out
// (AdapterDrop, https://arxiv.org/abs/2010.11918).
import { add } from '../ops/add.ts'
import type { Activation } from '../ops/activation.ts'
import { Fault } from '../protocol/failure.ts'
import type { OptionSpecs, OptionValue } from '../protocol/options.ts'
import { bottleneck, RULE_STD, tensorsOf, type BottleneckLayers } from './bottleneckLayers.ts'
import type { Attachment, Method, ModelOutline } from './method.ts'
import type { Phm } from './phm.ts'

/** Options that every kind of bottleneck has. */
export const sharedOptions = {
  non_linearity: {
    kind: 'choice', default: 'default', label: 'Activation', help: 'Between down and up.',
    choices: [{ value: 'default', label: 'As the placement has it' }, { value: 'relu', label: 'ReLU' }, { value: 'gelu', label: 'GELU' }, { value: 'swish', label: 'SiLU' }, { value: 'tanh', label: 'tanh' }],
  },
  dropout: { kind: 'number', default: 0, min: 0, max: 0.9, label: 'Dropout', help: 'Share of an adapter’s outputs that is zeroed at each step.' },
  leave_out: { kind: 'list', default: [], advanced: true, label: 'leave_out', help: 'Layers without adapters, by number from 0 (AdapterDrop); dropping the lowest also saves their backward pass.' },
  scaling: { kind: 'number', default: 0, min: 0, max: 100, advanced: true, label: 'scaling', help: 'Fixed strength of the adapters; 0 is the placement’s own: 1, and 4 for parallel ones.' },
  learned_scaling: {
    kind: 'choice', default: 'none', advanced: true, label: 'Learned scaling', help: 'Learn the strength instead, from 1 on.',
    choices: [{ value: 'none', label: 'No' }, { value: 'learned', label: 'One number' }, { value: 'channel', label: 'One for each channel' }],
  },
  ln_before: { kind: 'boolean', default: false, advanced: true, label: 'ln_before', help: 'A new layer norm before each adapter.' },
  ln_after: { kind: 'boolean', default: false, advanced: true, label: 'ln_after', help: 'A new layer norm after each adapter.' },
  residual_before_ln: { kind: 'boolean', default: true, advanced: true, label: 'residual_before_ln', help: 'Pfeiffer adapters keep their own input without the residual stream; off adds the stream once more.' },
  adapter_residual_before_ln: { kind: 'boolean', default: false, advanced: true, label: 'adapter_residual_before_ln', help: 'With ln_after: the norm follows the sum, not the adapter alone.' },
  use_gating: { kind: 'boolean', default: false, advanced: true, label: 'use_gating', help: 'Learn for each token how much of the adapter it lets in (UniPELT).' },
} as const satisfies OptionSpecs

const options = {
  architecture: {
    kind: 'choice', default: 'seq_bn', label: 'Placement', help: 'Where adapters sit.',
    choices: [
      { value: 'seq_bn', label: 'Pfeiffer', help: 'After the MLP of each layer.' },
      { value: 'double_seq_bn', label: 'Houlsby', help: 'After attention and after the MLP.' },
      { value: 'par_bn', label: 'Parallel', help: 'Beside the MLP, from its input.' },
    ],
  },
  reduction_factor: { kind: 'number', default: 8, min: 1, max: 1024, label: 'reduction_factor', help: 'The bottleneck is the hidden size divided by this; smaller learns more.' },
  ...sharedOptions,
} as const satisfies OptionSpecs

type Architecture = 'seq_bn' | 'double_seq_bn' | 'par_bn'
const PRESETS: Readonly<Record<Architecture, { attention: boolean; activation: string; scaling: number; start: BottleneckLayers['start'] }>> = {
  seq_bn: { attention: false, activation: 'relu', scaling: 1, start: 'bert' },
  double_seq_bn: { attention: true, activation: 'swish', scaling: 1, start: 'bert' },
  par_bn: { attention: false, activation: 'relu', scaling: 4, start: 'mam_adapter' },
}
const ACTIVATIONS: Readonly<Record<string, Activation>> = { relu: 'relu', gelu: 'gelu', swish: 'silu', tanh: 'tanh' }
const NAME = 'default'

/** Entries of AdapterHub's BnConfig that stay at their defaults. */
const ADAPTERHUB = {
  cross_adapter: false, factorized_phm_W: true, factorized_phm_rule: false, hypercomplex_nonlinearity: 'glorot-uniform', init_weights_seed: null,
  inv_adapter: null, inv_adapter_reduction_factor: null, learn_phm: true, original_ln_after: true, output_adapter: true, phm_bias: true,
  phm_c_init: 'normal', shared_W_phm: false, shared_phm_rule: true, stochastic_depth: 0.0,
}

/** Layers by number, checked against the model. */
function layersOf(names: readonly string[], model: ModelOutline): Set<number> {
  const wrong = names.find((name) => !/^\d+$/.test(name) || Number(name) >= model.layers)
  if (wrong !== undefined) throw new Fault('bad-recipe', `leave_out names layer ${JSON.stringify(wrong)}, and this model has the layers 0 to ${model.layers - 1}.`, 'Correct leave_out.')
  const left = new Set(names.map(Number))
  if (left.size === model.layers) throw new Fault('bad-recipe', 'leave_out names every layer of this model, so no adapter is left to train.', 'Use leave_out for some of the layers only.')
  return left
}

/** @param inner channels of the bottleneck; @param factor what the file calls reduction_factor */
export function attachBottleneck(given: Readonly<Record<string, OptionValue>>, model: ModelOutline, inner: number, factor: number, activation?: string, phm?: Phm): Attachment {
  const architecture = given['architecture'] as Architecture
  const preset = PRESETS[architecture]
  const named = given['non_linearity'] === 'default' ? (activation ?? preset.activation) : String(given['non_linearity'])
  const left = layersOf(given['leave_out'] as readonly string[], model)
  const parallel = architecture === 'par_bn'
  const strength = Number(given['scaling']) || preset.scaling
  const layers: BottleneckLayers = {
    width: model.hidden,
    inner,
    activation: ACTIVATIONS[named],
    scaling: given['learned_scaling'] === 'none' ? strength : (given['learned_scaling'] as 'learned' | 'channel'),
    dropout: Number(given['dropout']),
    lnBefore: given['ln_before'] === true,
    lnAfter: given['ln_after'] === true,
    residualBeforeLnAfter: given['adapter_residual_before_ln'] === true && !parallel,
    gated: given['use_gating'] === true,
    start: preset.start,
    ...(phm && { phm }),
  }
  const declared = tensorsOf(layers)
  const SHARED = '.shared_parameters.'
  return {
    adapterHub: true,
    // AdapterHub's keys carry the adapter's name; a norm before is a member of the sequence as well.
    saved(read, keys) {
      const found = new Map<string, { readonly shape: readonly number[]; readonly data: Float32Array }>()
      for (const key of keys) {
        const [, name] = key.split(key.includes(SHARED) ? SHARED : '.adapters.')
        const tensor = { shape: declared.get(name)!.shape, data: read(key)! }
        const saved = key.replace('.adapters.', `.adapters.${NAME}.`).replace(SHARED, `${SHARED}${NAME}.`)
        found.set(saved, tensor)
        if (saved.includes('adapter_norm_before')) found.set(saved.replace('adapter_norm_before', 'adapter_down.0'), tensor)
      }
      return found
    },
    adapterConfig: () => ({
      config: {
        ...ADAPTERHUB,
        adapter_residual_before_ln: layers.residualBeforeLnAfter,
        dropout: layers.dropout,
        init_weights: layers.start,
        is_parallel: parallel,
        leave_out: [...left],
        ln_after: layers.lnAfter,
        ln_before: layers.lnBefore,
        mh_adapter: preset.attention,
        non_linearity: named,
        original_ln_before: architecture === 'seq_bn',
        phm_dim: phm?.dim ?? 4,
        phm_init_range: phm ? RULE_STD : 0.0001,
        phm_layer: phm !== undefined,
        phm_rank: phm?.rank ?? 1,
        reduction_factor: factor,
        residual_before_ln: given['residual_before_ln'],
        scaling: layers.scaling,
        use_gating: layers.gated,
        // AdapterHub's gates are means over a row (see gate.ts); this entry it ignores.
        ...(layers.gated && { gate_per_token: true }),
      },
      hidden_size: model.hidden,
      model_class: model.architecture,
      model_name: null,
      model_type: model.modelType,
      name: NAME,
      version: 'adapters.1.2.0',
    }),
    sublayer(site, h, x) {
      if (left.has(site.layer) || (site.part === 'attention' && !preset.attention)) return x
      const keyOf = (name: string): string =>
        name === 'phm_rule' ? `${site.layerPath.split('.')[0]}${SHARED}${name}` : `${site.adapters}.adapters.${name}`
      if (parallel) return bottleneck(site, layers, keyOf, h, x)
      if (architecture === 'double_seq_bn') return bottleneck(site, layers, keyOf, x, x)
      const both = site.norm(add(site.graph, { a: x, b: h }, {}).y)
      return bottleneck(site, layers, keyOf, both, given['residual_before_ln'] === true ? x : both)
    },
  }
}

export const method: Method = {
  id: 'bottleneck',
  label: 'Bottleneck adapters',
  order: 20,
  group: 'Adapters',
  summary: 'Small two-layer networks inserted into each layer: Houlsby, Pfeiffer or parallel.',
  paper: 'https://arxiv.org/abs/1902.00751',
  options,
  defaultLearningRate: 1e-3,
  startsAsBase: false,
  attach(given, model) {
    const factor = Number(given['reduction_factor'])
    return attachBottleneck(given, model, Math.max(1, Math.floor(model.hidden / factor)), factor)
  },
}
