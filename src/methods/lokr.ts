// LoKr: the update is the Kronecker product of a small matrix and a low-rank one, ΔW = s · w1 ⊗ (w2_a w2_b), s = alpha / r.
// LyCORIS (https://arxiv.org/abs/2309.14859); keys, sizes, start and defaults are PEFT's (tuners/lokr).
// The product is never made: with x as m rows of n numbers, w1 ⊗ (w2_a w2_b) applied to x is first w2_b on every row, then
// w1 ⊗ w2_a on the m · r numbers that come out, which is an ordinary LoRA of rank m · r whose A is block-diagonal.
import type { Tensor } from '../graph/tensor.ts'
import { gatherRows } from '../ops/gatherRows.ts'
import { matmul } from '../ops/matmul.ts'
import { mul } from '../ops/mul.ts'
import type { OptionSpecs } from '../protocol/options.ts'
import { twinConfig, twinTensors, type LoraTwin } from './loraTwin.ts'
import type { Attachment, LinearSite, Method, ModelOutline, ReadParam } from './method.ts'
import { byPattern, disjoint } from './patterns.ts'
import { linearTargets, rulesOf, writtenRules, type TargetRules } from './targets.ts'

const options = {
  r: { kind: 'number', default: 8, min: 1, max: 1024, integer: true, label: 'Rank r', help: 'Rank of the second factor; from half its size on, it is not factored at all.' },
  alpha: { kind: 'number', default: 16, min: 0.001, max: 4096, label: 'alpha', help: 'Strength of the update: it is scaled by alpha / r.' },
  decompose_factor: { kind: 'number', default: -1, min: -1, max: 1024, integer: true, label: 'decompose_factor', help: 'Size of the first factor, where it divides the layer’s; -1 is near the square root.' },
  decompose_both: { kind: 'boolean', default: false, advanced: true, label: 'decompose_both', help: 'Factor the first matrix as well, where it is more than twice the rank.' },
  target_modules: { kind: 'list', default: ['all-linear'], suggest: 'linear-layers', label: 'target_modules', help: 'Which layers get an update; all-linear is every linear layer but the head.' },
} as const satisfies OptionSpecs

interface Settings extends TargetRules {
  readonly r: number
  readonly alpha: number
  readonly factor: number
  readonly both: boolean
  readonly rankPattern: Readonly<Record<string, number>>
  readonly alphaPattern: Readonly<Record<string, number>>
}

/** w1 is (l, m) and w2 (k, n), for a layer of l·k outputs and m·n inputs. */
interface Sizes {
  readonly r: number
  readonly scaling: number
  readonly l: number
  readonly m: number
  readonly k: number
  readonly n: number
  /** Whether w1, w2 are products of rank r. */
  readonly thin1: boolean
  readonly thin2: boolean
}

const PREFIX = 'base_model.model.'
const key = (path: string, tensor: string): string => `${PREFIX}${path}.lokr_${tensor}`

/** Two factors of a size, the smaller first: `factor` where it divides, else the closest pair whose smaller is at most it. */
export function factorised(size: number, factor: number): readonly [number, number] {
  if (factor > 0 && size % factor === 0) return [factor, size / factor]
  const most = factor === -1 ? size : factor
  let small = 1
  for (let d = 2; d * d <= size && d <= most; d++) if (size % d === 0) small = d
  return [small, size / small]
}

const product = (a: Float32Array, b: Float32Array, rows: number, inner: number, columns: number): Float32Array =>
  Float32Array.from({ length: rows * columns }, (_, i) => {
    let sum = 0
    for (let p = 0; p < inner; p++) sum += a[Math.floor(i / columns) * inner + p] * b[p * columns + (i % columns)]
    return sum
  })

/** Row (i, p), column (j, q) is x[i, j] · y[p, q], made of x and y (rows, columns) as tensors of a graph. */
function kronecker({ graph }: LinearSite, x: Tensor, y: Tensor): Tensor {
  const [[a, b], [c, d]] = [x.shape, y.shape]
  const rows = (of: Tensor, name: string, at: (i: number) => number): Tensor =>
    gatherRows(graph, { x: of, rows: graph.constant(`lokr ${name} ${a}×${c}`, [a * c], Int32Array.from({ length: a * c }, (_, i) => at(i))) }, {}).y
  // Columns are repeated by matrices of zeros and ones.
  const ones = (name: string, height: number, at: (column: number) => number): Tensor =>
    graph.constant(`lokr ${name} ${b}×${d}`, [height, b * d], Float32Array.from({ length: height * b * d }, (_, i) => (at(i % (b * d)) === Math.floor(i / (b * d)) ? 1 : 0)))
  const wide = (of: Tensor, by: Tensor): Tensor => matmul(graph, { a: of, b: by }, { transA: false, transB: false, alpha: 1 }).y
  const [first, second] = [rows(x, 'first', (i) => Math.floor(i / c)), rows(y, 'second', (i) => i % c)]
  return mul(graph, { a: wide(first, ones('spread', b, (j) => Math.floor(j / d))), b: wide(second, ones('tiled', d, (j) => j % d)) }, {}).y
}

function attach(s: Settings, model: ModelOutline): Attachment {
  const targets = linearTargets(s, model)
  const sizes = (path: string): Sizes => {
    const r = byPattern(s.rankPattern, path, s.r)
    const { in: inner, out } = model.linearSizes.get(path)!
    const [[m, n], [l, k]] = [factorised(inner, s.factor), factorised(out, s.factor)]
    return { r, scaling: byPattern(s.alphaPattern, path, s.alpha) / r, l, m, k, n, thin1: s.both && r < Math.max(l, m) / 2, thin2: r < Math.max(k, n) / 2 }
  }
  /** w1 (l, m), and w2 as w2_a (k, rank) and w2_b (rank, n); a whole w2 stands as w2_b beside the identity. */
  const parts = (path: string, read: ReadParam): { w1: Float32Array; w2a: Float32Array; w2b: Float32Array; rank: number } | undefined => {
    const { r, l, m, k, thin1, thin2 } = sizes(path)
    const [a, b, second] = [read(key(path, 'w1_a')), read(key(path, 'w1_b')), read(key(path, thin2 ? 'w2_b' : 'w2'))]
    const w1 = thin1 && a && b ? product(a, b, l, r, m) : read(key(path, 'w1'))
    const w2a = thin2 ? read(key(path, 'w2_a')) : Float32Array.from({ length: k * k }, (_, i) => (i % (k + 1) === 0 ? 1 : 0))
    return w1 && w2a && second && { w1, w2a, w2b: second, rank: thin2 ? r : k }
  }
  const twin: LoraTwin = {
    targets,
    rank: (path) => sizes(path).m * (sizes(path).thin2 ? sizes(path).r : sizes(path).k),
    scaling: (path) => sizes(path).scaling,
    factors(path, read) {
      const found = parts(path, read)
      if (!found) return undefined
      const { w1, w2a, w2b, rank } = found
      const { l, m, k, n } = sizes(path)
      const [wide, inner] = [m * rank, m * n]
      const a = new Float32Array(wide * inner)
      for (let block = 0; block < m; block++) for (let p = 0; p < rank; p++) a.set(w2b.subarray(p * n, (p + 1) * n), (block * rank + p) * inner + block * n)
      const b = Float32Array.from({ length: l * k * wide }, (_, i) => {
        const [row, column] = [Math.floor(i / wide), i % wide]
        return w1[Math.floor(row / k) * m + Math.floor(column / rank)] * w2a[(row % k) * rank + (column % rank)]
      })
      return { a, b }
    },
  }

  return {
    linear(site, x, base) {
      if (!targets.has(site.path)) return base(x)
      const { graph, path } = site
      const { r, scaling, l, m, k, n, thin1, thin2 } = sizes(path)
      const uniform = (fanIn: number) => ({ kind: 'uniform', bound: 1 / Math.sqrt(fanIn) }) as const
      const columns = { transposed: true } as const
      // Transposed in the graph, because B of the ordinary LoRA is: (m, l).
      const first = thin1
        ? matmul(graph, { a: site.param(key(path, 'w1_b'), [r, m], uniform(m), columns), b: site.param(key(path, 'w1_a'), [l, r], { kind: 'zeros' }, columns) }, { transA: false, transB: false, alpha: 1 }).y
        : site.param(key(path, 'w1'), [l, m], { kind: 'zeros' }, columns)
      const w2b = thin2 ? site.param(key(path, 'w2_b'), [r, n], uniform(n)) : site.param(key(path, 'w2'), [k, n], uniform(n))
      const second = thin2
        ? site.param(key(path, 'w2_a'), [k, r], uniform(r), columns) // (r, k) here
        : graph.constant(`lokr identity ${k}`, [k, k], Float32Array.from({ length: k * k }, (_, i) => (i % (k + 1) === 0 ? 1 : 0)))
      const rank = second.shape[0]
      const blocks = graph.view(x, [x.shape[0] * m, n])
      const thin = matmul(graph, { a: blocks, b: w2b }, { transA: false, transB: true, alpha: 1 }).y // (N · m, rank)
      const narrow = graph.view(thin, [x.shape[0], m * rank])
      return matmul(graph, { a: narrow, b: kronecker(site, first, second), c: base(x) }, { transA: false, transB: false, alpha: scaling }).y // (N, out)
    },

    merge(site, w, read) {
      const found = targets.has(site.path) ? parts(site.path, read) : undefined
      if (!found) return
      const { scaling, m, k, n } = sizes(site.path)
      const w2 = product(found.w2a, found.w2b, k, found.rank, n)
      const [rowStride, columnStride] = site.stored === '[out,in]' ? [site.in, 1] : [1, site.out]
      for (let o = 0; o < site.out; o++)
        for (let i = 0; i < site.in; i++)
          w[o * rowStride + i * columnStride] += scaling * found.w1[Math.floor(o / k) * m + Math.floor(i / n)] * w2[(o % k) * n + (i % n)]
    },

    ...(model.conv1d && { saved: (read) => twinTensors(twin, model, read) }),

    adapterConfig(baseModel) {
      const shared = { ...writtenRules(s, targets, model), base_model_name_or_path: baseModel, inference_mode: true, modules_to_save: null, revision: null, task_type: 'CAUSAL_LM' }
      if (model.conv1d) return { ...shared, ...twinConfig(twin) }
      return {
        ...shared,
        alpha: s.alpha,
        alpha_pattern: disjoint(s.alphaPattern, targets),
        decompose_both: s.both,
        decompose_factor: s.factor,
        init_weights: true,
        module_dropout: 0,
        peft_type: 'LOKR',
        r: s.r,
        rank_dropout: 0,
        rank_pattern: disjoint(s.rankPattern, targets),
      }
    },
  }
}

export const method: Method = {
  id: 'lokr',
  label: 'LoKr',
  group: 'Low rank',
  order: 9.5,
  summary: 'Updates as Kronecker products: very few parameters for updates of high rank.',
  paper: 'https://arxiv.org/abs/2309.14859',
  options,
  defaultLearningRate: 1e-2,
  startsAsBase: true,
  attach(o, model) {
    const targets = o['target_modules'] as readonly string[]
    return attach(
      {
        r: Number(o['r']),
        alpha: Number(o['alpha']),
        factor: Number(o['decompose_factor']) || -1,
        both: Boolean(o['decompose_both']),
        targets: targets.includes('all-linear') ? 'all-linear' : targets,
        rankPattern: {},
        alphaPattern: {},
      },
      model,
    )
  },
  fromPeft(config, model) {
    if (config['peft_type'] !== 'LOKR') return undefined
    return attach(
      {
        ...rulesOf(config, model),
        r: Number(config['r'] ?? 8),
        alpha: Number(config['alpha'] ?? 8),
        factor: Number(config['decompose_factor'] ?? -1),
        both: config['decompose_both'] === true,
        rankPattern: (config['rank_pattern'] as Settings['rankPattern'] | null) ?? {},
        alphaPattern: (config['alpha_pattern'] as Settings['alphaPattern'] | null) ?? {},
      },
      model,
    )
  },
}
