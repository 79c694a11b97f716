// The scripted Studio's methods: one or two of most groups, a preset, and sizes by formula.
import type { Failure } from '../protocol/failure.ts'
import type { MethodInfo, MethodPreset, MethodSize } from '../protocol/methods.ts'
import type { MethodChoice } from '../protocol/recipe.ts'
import type { Result } from '../protocol/result.ts'

/** Of the scripted model. */
export const testParameters = 3_148_800

export const testMethods: readonly MethodInfo[] = [
  {
    id: 'lora',
    label: 'LoRA',
    group: 'Low rank',
    summary: 'Trains a small low-rank update beside frozen layers; the usual first choice.',
    paper: 'https://arxiv.org/abs/2106.09685',
    defaultLearningRate: 0.001,
    options: {
      r: {
        kind: 'number',
        default: 8,
        min: 1,
        max: 256,
        integer: true,
        label: 'Rank (r)',
        help: 'Width of the thin matrices; more can learn more and costs more memory.',
      },
      lora_alpha: {
        kind: 'number',
        default: 16,
        min: 1,
        max: 1024,
        label: 'lora_alpha',
        help: 'Scales what was learned by lora_alpha / r.',
      },
      lora_dropout: {
        kind: 'number',
        default: 0,
        min: 0,
        max: 0.9,
        label: 'lora_dropout',
        help: 'Share of inputs dropped while training; helps on small data.',
      },
      target_modules: {
        kind: 'list',
        default: ['q_proj', 'v_proj'],
        suggest: 'linear-layers',
        label: 'target_modules',
        help: 'Layers that get the thin matrices.',
      },
      rank_pattern: {
        kind: 'map',
        default: {},
        min: 1,
        max: 256,
        integer: true,
        suggest: 'linear-layers',
        advanced: true,
        group: 'Where it acts',
        label: 'rank_pattern',
        help: 'Ranks other than r, by layer.',
      },
      layers_to_transform: {
        kind: 'numbers',
        default: [],
        min: 0,
        max: 99,
        integer: true,
        advanced: true,
        group: 'Where it acts',
        label: 'layers_to_transform',
        help: 'Layers to adapt; none named means all.',
      },
      use_rslora: {
        kind: 'boolean',
        default: false,
        advanced: true,
        label: 'use_rslora',
        help: 'Scales by lora_alpha / √r instead, which suits high ranks.',
      },
      init_lora_weights: {
        kind: 'choice',
        default: 'kaiming',
        advanced: true,
        label: 'init_lora_weights',
        help: 'How A starts; B always starts at 0.',
        choices: [
          { value: 'kaiming', label: 'Kaiming uniform' },
          { value: 'gaussian', label: 'Gaussian' },
        ],
      },
    },
  },
  {
    id: 'vera',
    label: 'VeRA',
    group: 'Low rank',
    summary: 'Shares one random low-rank pair over all layers and trains two vectors each; a tenth of LoRA’s parameters.',
    paper: 'https://arxiv.org/abs/2310.11454',
    defaultLearningRate: 0.01,
    options: { r: { kind: 'number', default: 256, min: 1, max: 4096, integer: true, label: 'r', help: 'Width of the shared matrices.' } },
  },
  {
    id: 'bottleneck',
    label: 'Bottleneck adapters',
    group: 'Adapters',
    summary: 'Small two-layer networks inserted into each layer: Houlsby, Pfeiffer or parallel.',
    paper: 'https://arxiv.org/abs/1902.00751',
    defaultLearningRate: 0.001,
    options: {
      reduction_factor: { kind: 'number', default: 8, min: 1, max: 1024, label: 'reduction_factor', help: 'How much narrower than the layer.' },
    },
  },
  {
    id: 'prefix_tuning',
    label: 'Prefix tuning',
    group: 'Prefix',
    summary: 'Trains keys and values that stand before the text in every layer; the model itself stays as it is.',
    paper: 'https://arxiv.org/abs/2101.00190',
    defaultLearningRate: 0.01,
    options: {
      num_virtual_tokens: { kind: 'number', default: 16, min: 1, max: 1024, integer: true, label: 'num_virtual_tokens', help: 'Length of the prefix.' },
    },
  },
  {
    id: 'bitfit',
    label: 'BitFit',
    group: 'Bias and scale',
    summary: 'Trains only the biases the model already has; a fraction of a percent of its weights.',
    paper: 'https://arxiv.org/abs/2106.10199',
    defaultLearningRate: 0.01,
    options: {},
  },
  {
    id: 'hypernetwork',
    label: 'Hypernetwork',
    group: 'Hypernetwork',
    summary: 'One network that makes a LoRA for each of several datasets, and for a task that is only described.',
    paper: 'https://arxiv.org/abs/2506.06105',
    defaultLearningRate: 0.001,
    options: {},
  },
  {
    id: 'full',
    label: 'Full tuning',
    group: 'Full',
    summary: 'Trains every weight of the model; learns the most, and needs memory for three more copies of it.',
    paper: '',
    defaultLearningRate: 0.00005,
    options: {},
  },
]

export const testPresets: readonly MethodPreset[] = [
  {
    id: 'mam',
    label: 'MAM',
    summary: 'Mix-and-match: a short prefix in front of attention and a wide adapter beside the feed-forward part.',
    paper: 'https://arxiv.org/abs/2110.04366',
    methods: [
      { id: 'prefix_tuning', options: { num_virtual_tokens: 30 } },
      { id: 'bottleneck', options: { reduction_factor: 2 } },
    ],
    defaultLearningRate: 0.002,
  },
]

/** What the starter says to BitFit, and full tuning to company. */
function objection(choices: readonly MethodChoice[]): Failure | undefined {
  const ids = choices.map((c) => c.id)
  if (ids.includes('bitfit'))
    return {
      code: 'bad-recipe',
      message: 'This model has no biases, so BitFit has nothing to train.',
      hint: 'Use LoRA or VeRA instead.',
      remedies: ['lora', 'vera'].map((use) => ({ kind: 'instead', of: 'bitfit', use })),
    }
  if (ids.includes('full') && ids.length > 1)
    return {
      code: 'bad-recipe',
      message: 'Full tuning trains every weight already, so it cannot be joined with another method.',
      hint: 'Leave out full tuning, or train with it alone.',
      remedies: [{ kind: 'without', method: 'full' }],
    }
  return undefined
}

const per: Readonly<Record<string, (options: MethodChoice['options']) => number>> = {
  lora: (o) => Number(o['r'] ?? 8) * 5_120,
  vera: (o) => Number(o['r'] ?? 256) * 7 + 8_064,
  bottleneck: (o) => Math.round(294_912 / Number(o['reduction_factor'] ?? 8)),
  prefix_tuning: (o) => Number(o['num_virtual_tokens'] ?? 16) * 2_304,
  hypernetwork: () => 472_832,
  full: () => testParameters,
}

export function testSize(choices: readonly MethodChoice[]): Result<MethodSize> {
  const failure = objection(choices)
  if (failure) return { ok: false, failure }
  const trainableParameters = choices.reduce((sum, { id, options }) => sum + (per[id]?.(options) ?? 0), 0)
  return { ok: true, value: { trainableParameters, totalParameters: testParameters, bytes: 4 * trainableParameters } }
}
