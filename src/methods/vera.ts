// VeRA: one frozen random pair of matrices shared by all layers, and two learned vectors per layer that scale it.
// y = base(x) + λ_b ∘ (B (λ_d ∘ (A x))), with A[:, :in] and B[:out, :]. https://arxiv.org/abs/2310.11454
// Keys are PEFT's; the shared matrices are saved with the adapter, so that any library rebuilds the same model.
import { add } from '../ops/add.ts'
import { matmul } from '../ops/matmul.ts'
import { scaleColumns } from '../ops/scaleColumns.ts'
import { sliceColumns } from '../ops/sliceColumns.ts'
import type { OptionSpecs } from '../protocol/options.ts'
import type { Attachment, Method, ModelOutline } from './method.ts'
import { linearTargets, rulesOf, type TargetRules } from './targets.ts'
import { trainedBias } from './trainedBias.ts'

const options = {
  r: { kind: 'number', default: 64, min: 1, max: 4096, integer: true, label: 'Rank r', help: 'Width of the shared matrices; large ranks are cheap here, since only vectors train.' },
  d_initial: { kind: 'number', default: 0.1, min: 1e-7, max: 10, advanced: true, label: 'd_initial', help: 'Start of the inner vector.' },
  target_modules: { kind: 'list', default: ['all-linear'], suggest: 'linear-layers', label: 'target_modules', help: 'Which layers are adapted; all-linear is every linear layer but the head.' },
} as const satisfies OptionSpecs

const PREFIX = 'base_model.model.'
const SHARED_A = 'base_model.vera_A'
const SHARED_B = 'base_model.vera_B'

interface Settings extends TargetRules {
  readonly r: number
  readonly initial: number
  /** Seed of the shared matrices in PEFT, which are saved. */
  readonly key: number
  /** none, all, or vera_only. */
  readonly bias: string
}

function attach(s: Settings, model: ModelOutline): Attachment {
  const { r, initial } = s
  const targets = linearTargets(s, model)
  const sizes = [...targets].map((path) => model.linearSizes.get(path)!)
  const [mostIn, mostOut] = [Math.max(...sizes.map((s) => s.in)), Math.max(...sizes.map((s) => s.out))]
  const bound = (fanIn: number): number => Math.sqrt(6 / fanIn)
  return {
    linear(site, x, base) {
      if (!targets.has(site.path)) return base(x)
      const { graph } = site
      const a = site.param(SHARED_A, [r, mostIn], { kind: 'uniform', bound: bound(mostIn) }, { frozen: true })
      const b = site.param(SHARED_B, [mostOut, r], { kind: 'uniform', bound: bound(r) }, { frozen: true })
      const outer = site.param(`${PREFIX}${site.path}.vera_lambda_b`, [site.out], { kind: 'zeros' })
      const inner = site.param(`${PREFIX}${site.path}.vera_lambda_d`, [r], { kind: 'constant', value: initial })
      const own = site.in === mostIn ? a : sliceColumns(graph, { x: a }, { start: 0, size: site.in }).y // (r, in)
      const narrow = scaleColumns(graph, { x: matmul(graph, { a: x, b: own }, { transA: false, transB: true, alpha: 1 }).y, factors: inner }, {}).y // (N, r)
      const wide = matmul(graph, { a: site.weigh?.(narrow) ?? narrow, b: graph.view(b, [site.out, r]) }, { transA: false, transB: true, alpha: 1 }).y // (N, out)
      return add(graph, { a: base(x), b: scaleColumns(graph, { x: wide, factors: outer }, {}).y }, {}).y
    },
    trains: (name) => trainedBias(s.bias, targets, name),
    merge(site, w, read) {
      if (!targets.has(site.path)) return
      const outer = read(`${PREFIX}${site.path}.vera_lambda_b`)
      const [inner, a, b] = [read(`${PREFIX}${site.path}.vera_lambda_d`), read(SHARED_A), read(SHARED_B)]
      if (!outer || !inner || !a || !b) return
      const [rowStride, columnStride] = site.stored === '[out,in]' ? [site.in, 1] : [1, site.out]
      for (let o = 0; o < site.out; o++)
        for (let i = 0; i < site.in; i++) {
          let delta = 0
          for (let k = 0; k < r; k++) delta += b[o * r + k] * inner[k] * a[k * mostIn + i]
          w[o * rowStride + i * columnStride] += outer[o] * delta
        }
    },
    adapterConfig: (baseModel) => ({
      base_model_name_or_path: baseModel,
      bias: s.bias,
      d_initial: initial,
      fan_in_fan_out: model.conv1d,
      inference_mode: true,
      init_weights: true,
      modules_to_save: null,
      peft_type: 'VERA',
      projection_prng_key: s.key,
      r,
      revision: null,
      save_projection: true,
      target_modules: [...targets],
      task_type: 'CAUSAL_LM',
      vera_dropout: 0,
    }),
  }
}

export const method: Method = {
  id: 'vera',
  label: 'VeRA',
  order: 10,
  group: 'Low rank',
  summary: 'Shares one random low-rank pair over all layers and trains two vectors each; a tenth of LoRA’s parameters.',
  paper: 'https://arxiv.org/abs/2310.11454',
  options,
  defaultLearningRate: 2e-2,
  startsAsBase: true,
  attach: (o, model) => {
    const targets = o['target_modules'] as readonly string[]
    return attach({ r: Number(o['r']), initial: Number(o['d_initial']), targets: targets.includes('all-linear') ? 'all-linear' : targets, key: 0, bias: 'none' }, model)
  },
  fromPeft: (config, model) =>
    config['peft_type'] === 'VERA' && config['save_projection'] !== false
      ? attach({ ...rulesOf(config, model), r: Number(config['r'] ?? 256), initial: Number(config['d_initial'] ?? 0.1), key: Number(config['projection_prng_key'] ?? 0), bias: String(config['bias'] ?? 'none') }, model)
      : undefined,
}
