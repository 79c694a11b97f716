// Bottleneck adapters: x + s · up(act(down(z))) after a part of each layer. Houlsby et al. (https://arxiv.org/abs/1902.00751),
// Pfeiffer et al. (https://arxiv.org/abs/2005.00247), parallel (https://arxiv.org/abs/2110.04366).
// Placement, names and presets are AdapterHub's (`adapters` 1.2): double_seq_bn, seq_bn, par_bn.
import type { Tensor } from '../graph/tensor.ts'
import { activation, type Activation } from '../ops/activation.ts'
import { add } from '../ops/add.ts'
import { matmul } from '../ops/matmul.ts'
import type { OptionSpecs } from '../protocol/options.ts'
import type { Method, SublayerSite } from './method.ts'

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
  non_linearity: {
    kind: 'choice', default: 'default', label: 'Activation', help: 'Between down and up.',
    choices: [{ value: 'default', label: 'As the placement has it' }, { value: 'relu', label: 'ReLU' }, { value: 'gelu', label: 'GELU' }, { value: 'swish', label: 'SiLU' }, { value: 'tanh', label: 'tanh' }],
  },
  dropout: { kind: 'number', default: 0, min: 0, max: 0.9, label: 'Dropout', help: 'Share of an adapter’s inputs that is zeroed at each step.' },
  leave_out: { kind: 'list', default: [], advanced: true, label: 'leave_out', help: 'Layers without adapters, by number from 0 (AdapterDrop).' },
  scaling: { kind: 'number', default: 4, min: 0.01, max: 100, advanced: true, label: 'scaling', help: 'Strength of parallel adapters.' },
} as const satisfies OptionSpecs

type Architecture = 'seq_bn' | 'double_seq_bn' | 'par_bn'
const PRESETS: Readonly<Record<Architecture, { attention: boolean; activation: string }>> = {
  seq_bn: { attention: false, activation: 'relu' },
  double_seq_bn: { attention: true, activation: 'swish' },
  par_bn: { attention: false, activation: 'relu' },
}
const ACTIVATIONS: Readonly<Record<string, Activation>> = { relu: 'relu', gelu: 'gelu', swish: 'silu', tanh: 'tanh' }
const NAME = 'default'

function shapeOf(key: string, width: number, factor: number): number[] {
  const inner = Math.max(1, Math.trunc(width / factor))
  if (key.endsWith('adapter_down.0.weight')) return [inner, width]
  if (key.endsWith('adapter_up.weight')) return [width, inner]
  return [key.endsWith('adapter_up.bias') ? width : inner]
}

/** Entries of AdapterHub's BnConfig that stay at their defaults. */
const ADAPTERHUB = {
  adapter_residual_before_ln: false, cross_adapter: false, factorized_phm_W: true, factorized_phm_rule: false, hypercomplex_nonlinearity: 'glorot-uniform',
  init_weights: 'bert', init_weights_seed: null, inv_adapter: null, inv_adapter_reduction_factor: null, learn_phm: true, ln_after: false, ln_before: false,
  original_ln_after: true, phm_bias: true, phm_c_init: 'normal', phm_dim: 4, phm_init_range: 0.0001, phm_layer: false, phm_rank: 1,
  residual_before_ln: true, shared_W_phm: false, shared_phm_rule: true, stochastic_depth: 0.0, use_gating: false,
}

/** AdapterHub's "bert" initialisation. */
const STD = 0.02

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
    const architecture = given['architecture'] as Architecture
    const preset = PRESETS[architecture]
    const named = given['non_linearity'] === 'default' ? preset.activation : String(given['non_linearity'])
    const left = new Set((given['leave_out'] as readonly string[]).map(Number))
    const factor = Number(given['reduction_factor'])
    const parallel = architecture === 'par_bn'
    const scaling = parallel ? Number(given['scaling']) : 1

    /** s · up(act(down(z))) + addend */
    const bottleneck = (site: SublayerSite, z: Tensor, addend: Tensor): Tensor => {
      const { graph, width } = site
      const inner = Math.max(1, Math.trunc(width / factor))
      const at = `${site.layerPath}.${site.part === 'attention' ? 'attention_adapters' : 'output_adapters'}.adapters`
      const down = site.param(`${at}.adapter_down.0.weight`, [inner, width], { kind: 'normal', std: STD })
      const downBias = site.param(`${at}.adapter_down.0.bias`, [inner], { kind: 'zeros' })
      const up = site.param(`${at}.adapter_up.weight`, [width, inner], { kind: 'normal', std: STD })
      const upBias = site.param(`${at}.adapter_up.bias`, [width], { kind: 'zeros' })
      const x = site.dropout(z, Number(given['dropout']))
      const narrow = matmul(graph, { a: x, b: down, bias: downBias }, { transA: false, transB: true, alpha: 1 }).y // (N, inner)
      const shaped = activation(graph, { x: narrow }, { kind: ACTIVATIONS[named] }).y
      if (scaling === 1) return matmul(graph, { a: shaped, b: up, bias: upBias, c: addend }, { transA: false, transB: true, alpha: 1 }).y // (N, C)
      const wide = matmul(graph, { a: shaped, b: up, bias: upBias }, { transA: false, transB: true, alpha: 1 }).y
      return add(graph, { a: addend, b: site.scale(wide, scaling) }, {}).y
    }

    return {
      adapterHub: true,
      // AdapterHub's keys carry the adapter's name.
      saved: (read, keys) => new Map(keys.map((key) => [key.replace('.adapters.', `.adapters.${NAME}.`), { shape: shapeOf(key, model.hidden, factor), data: read(key)! }])),
      adapterConfig: () => ({
        config: {
          ...ADAPTERHUB,
          is_parallel: parallel,
          mh_adapter: preset.attention,
          non_linearity: named,
          original_ln_before: architecture === 'seq_bn',
          output_adapter: true,
          dropout: Number(given['dropout']),
          leave_out: [...left],
          reduction_factor: factor,
          scaling,
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
        if (parallel) return bottleneck(site, h, x)
        return bottleneck(site, architecture === 'seq_bn' ? add(site.graph, { a: x, b: h }, {}).y : x, x)
      },
    }
  },
}
