// LoHa: the update is the element-wise product of two low-rank ones, of rank up to r² for the price of 2r.
// ΔW = s · (w1_a w1_b) ∘ (w2_a w2_b), s = alpha / r. https://arxiv.org/abs/2108.06098, LyCORIS; keys, start and defaults are
// PEFT's (tuners/loha). The product is never made: row (i, j) of A is w1_b[i] ∘ w2_b[j] and column (i, j) of B is
// w1_a[:, i] ∘ w2_a[:, j], which is the same update as an ordinary LoRA of rank r².
import type { Tensor } from '../graph/tensor.ts'
import { gatherRows } from '../ops/gatherRows.ts'
import { matmul } from '../ops/matmul.ts'
import { mul } from '../ops/mul.ts'
import { scaleColumns } from '../ops/scaleColumns.ts'
import type { OptionSpecs } from '../protocol/options.ts'
import { twinConfig, twinTensors, type LoraTwin } from './loraTwin.ts'
import type { Attachment, LinearSite, Method, ModelOutline } from './method.ts'
import { byPattern, disjoint } from './patterns.ts'
import { linearTargets, rulesOf, writtenRules, type TargetRules } from './targets.ts'

const options = {
  r: { kind: 'number', default: 8, min: 1, max: 64, integer: true, label: 'Rank r', help: 'Rank of each of the two factors; the update has rank r², and costs like a LoRA of it to run.' },
  alpha: { kind: 'number', default: 16, min: 0.001, max: 4096, label: 'alpha', help: 'Strength of the update: it is scaled by alpha / r.' },
  rank_dropout: { kind: 'number', default: 0, min: 0, max: 0.9, label: 'rank_dropout', help: 'Share of the update’s outputs that is zeroed at each step, against overfitting.' },
  target_modules: { kind: 'list', default: ['all-linear'], suggest: 'linear-layers', label: 'target_modules', help: 'Which layers get an update; all-linear is every linear layer but the head.' },
} as const satisfies OptionSpecs

interface Settings extends TargetRules {
  readonly r: number
  readonly alpha: number
  readonly rankDropout: number
  readonly rankPattern: Readonly<Record<string, number>>
  readonly alphaPattern: Readonly<Record<string, number>>
}

const PREFIX = 'base_model.model.'
const FACTORS = ['w1_a', 'w1_b', 'w2_a', 'w2_b'] as const
const key = (path: string, factor: (typeof FACTORS)[number]): string => `${PREFIX}${path}.hada_${factor}`

/** Row (i, j) of the result (r², width) is x[i] ∘ y[j]. */
function rowProducts(site: LinearSite, x: Tensor, y: Tensor, r: number): Tensor {
  const { graph } = site
  const pick = (of: Tensor, name: string, at: (n: number) => number): Tensor =>
    gatherRows(graph, { x: of, rows: graph.constant(`loha.${name}.${r}`, [r * r], Int32Array.from({ length: r * r }, (_, n) => at(n))) }, {}).y
  return mul(graph, { a: pick(x, 'first', (n) => Math.floor(n / r)), b: pick(y, 'second', (n) => n % r) }, {}).y
}

function attach(s: Settings, model: ModelOutline): Attachment {
  const targets = linearTargets(s, model)
  const sizes = (path: string): { r: number; scaling: number } => {
    const r = byPattern(s.rankPattern, path, s.r)
    return { r, scaling: byPattern(s.alphaPattern, path, s.alpha) / r }
  }
  const twin: LoraTwin = {
    targets,
    rank: (path) => sizes(path).r ** 2,
    scaling: (path) => sizes(path).scaling,
    factors(path, read) {
      const [w1a, w1b, w2a, w2b] = FACTORS.map((factor) => read(key(path, factor)))
      if (!w1a || !w1b || !w2a || !w2b) return undefined
      const { r } = sizes(path)
      const inner = w1b.length / r
      return {
        a: Float32Array.from({ length: r * r * inner }, (_, n) => {
          const [pair, k] = [Math.floor(n / inner), n % inner]
          return w1b[Math.floor(pair / r) * inner + k] * w2b[(pair % r) * inner + k]
        }),
        b: Float32Array.from({ length: r * w1a.length }, (_, n) => {
          const [o, pair] = [Math.floor(n / (r * r)), n % (r * r)]
          return w1a[o * r + Math.floor(pair / r)] * w2a[o * r + (pair % r)]
        }),
      }
    },
  }

  return {
    linear(site, x, base) {
      if (!targets.has(site.path)) return base(x)
      const { graph, path } = site
      const { r, scaling } = sizes(path)
      const left = { kind: 'uniform', bound: 1 / Math.sqrt(r) } as const
      const right = { kind: 'uniform', bound: 1 / Math.sqrt(site.in) } as const
      const w1a = site.param(key(path, 'w1_a'), [site.out, r], left, { transposed: true }) // (r, out) here
      const w1b = site.param(key(path, 'w1_b'), [r, site.in], right)
      const w2a = site.param(key(path, 'w2_a'), [site.out, r], left, { transposed: true })
      const w2b = site.param(key(path, 'w2_b'), [r, site.in], { kind: 'zeros' })
      const narrow = matmul(graph, { a: x, b: rowProducts(site, w1b, w2b, r) }, { transA: false, transB: true, alpha: 1 }).y // (N, r²)
      let wide = rowProducts(site, w1a, w2a, r) // (r², out)
      if (s.rankDropout > 0) {
        const ones = graph.constant(`loha.ones.${site.out}`, [site.out], new Float32Array(site.out).fill(1))
        wide = scaleColumns(graph, { x: wide, factors: site.dropout(ones, s.rankDropout) }, {}).y
      }
      return matmul(graph, { a: narrow, b: wide, c: base(x) }, { transA: false, transB: false, alpha: scaling }).y // (N, out)
    },

    merge(site, w, read) {
      const [w1a, w1b, w2a, w2b] = targets.has(site.path) ? FACTORS.map((factor) => read(key(site.path, factor))) : []
      if (!w1a || !w1b || !w2a || !w2b) return
      const { r, scaling } = sizes(site.path)
      const [rowStride, columnStride] = site.stored === '[out,in]' ? [site.in, 1] : [1, site.out]
      for (let o = 0; o < site.out; o++)
        for (let i = 0; i < site.in; i++) {
          let [first, second] = [0, 0]
          for (let k = 0; k < r; k++) {
            first += w1a[o * r + k] * w1b[k * site.in + i]
            second += w2a[o * r + k] * w2b[k * site.in + i]
          }
          w[o * rowStride + i * columnStride] += scaling * first * second
        }
    },

    ...(model.conv1d && { saved: (read) => twinTensors(twin, model, read) }),

    adapterConfig(baseModel) {
      const shared = { ...writtenRules(s, targets, model), base_model_name_or_path: baseModel, inference_mode: true, modules_to_save: null, revision: null, task_type: 'CAUSAL_LM' }
      if (model.conv1d) return { ...shared, ...twinConfig(twin) }
      return { ...shared, alpha: s.alpha, alpha_pattern: disjoint(s.alphaPattern, targets), init_weights: true, module_dropout: 0, peft_type: 'LOHA', r: s.r, rank_dropout: s.rankDropout, rank_pattern: disjoint(s.rankPattern, targets) }
    },
  }
}

export const method: Method = {
  id: 'loha',
  label: 'LoHa',
  group: 'Low rank',
  order: 9,
  summary: 'Multiplies two low-rank updates element by element: a high rank from few parameters.',
  paper: 'https://arxiv.org/abs/2108.06098',
  options,
  defaultLearningRate: 5e-3,
  startsAsBase: true,
  attach(o, model) {
    const targets = o['target_modules'] as readonly string[]
    return attach(
      {
        r: Number(o['r']),
        alpha: Number(o['alpha']),
        rankDropout: Number(o['rank_dropout']),
        targets: targets.includes('all-linear') ? 'all-linear' : targets,
        rankPattern: {},
        alphaPattern: {},
      },
      model,
    )
  },
  fromPeft(config, model) {
    if (config['peft_type'] !== 'LOHA') return undefined
    return attach(
      {
        r: Number(config['r'] ?? 8),
        alpha: Number(config['alpha'] ?? 8),
        rankDropout: Number(config['rank_dropout'] ?? 0),
        ...rulesOf(config, model),
        rankPattern: (config['rank_pattern'] as Settings['rankPattern'] | null) ?? {},
        alphaPattern: (config['alpha_pattern'] as Settings['alphaPattern'] | null) ?? {},
      },
      model,
    )
  },
}
