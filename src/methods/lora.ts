// LoRA: y = base(x) + s · B(A(dropout(x))), s = lora_alpha / r (or / √r with rsLoRA). https://arxiv.org/abs/2106.09685
// Keys, defaults, patterns and initialisation are PEFT's (reference: peft 0.21, tuners/lora).
import type { Tensor } from '../graph/tensor.ts'
import { add } from '../ops/add.ts'
import { embedding } from '../ops/embedding.ts'
import { matmul } from '../ops/matmul.ts'
import { scale } from '../ops/scale.ts'
import { Fault, type Remedy } from '../protocol/failure.ts'
import type { OptionSpecs, OptionValue } from '../protocol/options.ts'
import { addProduct } from './addProduct.ts'
import { dora, setLengths } from './dora.ts'
import { byPattern, checkPatterns, disjoint } from './patterns.ts'
import { joinColumns, stackRows, startInit, startKey, startOf, subtractStart, type LoraStart } from './loraStart.ts'
import type { Attachment, Init, LinearSite, Method, ModelOutline } from './method.ts'
import { checkModulesToSave, isSaved, modulesToSaveOf, withoutSaved } from './modulesToSave.ts'
import { trainedBias } from './trainedBias.ts'
import { resolveTargets, rulesOf, writtenRules, type TargetRules } from './targets.ts'

const RANKS = 'Ranks by layer'
const PLACES = 'Where it acts'
const options = {
  r: { kind: 'number', default: 8, min: 1, max: 1024, integer: true, label: 'Rank r', help: 'Width of the low-rank update; more can learn more and costs more memory.' },
  lora_alpha: { kind: 'number', default: 16, min: 0.001, max: 4096, label: 'lora_alpha', help: 'Strength of the update: it is scaled by lora_alpha / r.' },
  lora_dropout: { kind: 'number', default: 0, min: 0, max: 0.9, label: 'lora_dropout', help: 'Share of the inputs of the update that is zeroed at each step, against overfitting.' },
  target_modules: { kind: 'list', default: ['all-linear'], suggest: 'linear-layers', label: 'target_modules', help: 'Which layers get an update; all-linear is every linear layer but the head. Embeddings and the head may be named as well.' },
  use_rslora: { kind: 'boolean', default: false, advanced: true, label: 'rsLoRA', help: 'Scale by lora_alpha / √r, which keeps high ranks from learning slower.' },
  use_dora: { kind: 'boolean', default: false, advanced: true, label: 'DoRA', help: 'Learn the length of every weight row apart from its direction; often better at low ranks, slower.' },
  loraplus_lr_ratio: { kind: 'number', default: 1, min: 1, max: 256, advanced: true, label: 'LoRA+ ratio', help: 'Learning rate of B as a multiple of A’s; LoRA+ suggests about 16 with a lower rate, 1 is plain LoRA.' },
  init_lora_weights: {
    kind: 'choice', default: 'default', advanced: true, label: 'Start', help: 'What A and B are before the first step.',
    choices: [
      { value: 'default', label: 'Random', help: 'A uniform, B zero.' },
      { value: 'gaussian', label: 'Gaussian', help: 'A normal, B zero.' },
      { value: 'pissa', label: 'PiSSA', help: 'The leading singular vectors of the layer’s weights; often learns faster.' },
      { value: 'pissa_niter_4', label: 'PiSSA, fast', help: 'The same, nearly, in a fraction of the time on wide layers.' },
      { value: 'olora', label: 'OLoRA', help: 'The leading factors of a QR decomposition of the weights.' },
    ],
  },
  bias: {
    kind: 'choice', default: 'none', advanced: true, label: 'Biases', help: 'Whether biases of the base train as well.',
    choices: [{ value: 'none', label: 'None' }, { value: 'all', label: 'All' }, { value: 'lora_only', label: 'Of targeted layers' }],
  },
  rank_pattern: { kind: 'map', default: {}, min: 1, max: 1024, integer: true, suggest: 'linear-layers', advanced: true, group: RANKS, label: 'rank_pattern', help: 'Ranks other than r, by the end of a layer’s path; names are regular expressions, such as layers.0.*.q_proj.' },
  alpha_pattern: { kind: 'map', default: {}, min: 0.001, max: 4096, suggest: 'linear-layers', advanced: true, group: RANKS, label: 'alpha_pattern', help: 'Values other than lora_alpha, in the same way.' },
  exclude_modules: { kind: 'list', default: [], suggest: 'linear-layers', advanced: true, group: PLACES, label: 'exclude_modules', help: 'Layers that get no update although target_modules names them.' },
  layers_to_transform: { kind: 'numbers', default: [], min: 0, max: 10_000, integer: true, advanced: true, group: PLACES, label: 'layers_to_transform', help: 'Layers to adapt, counted from 0; none named means all.' },
  layers_pattern: { kind: 'list', default: [], advanced: true, group: PLACES, label: 'layers_pattern', help: 'What the model calls its list of layers, where paths hold several numbers; seldom needed.' },
  modules_to_save: { kind: 'list', default: [], advanced: true, group: PLACES, label: 'modules_to_save', help: 'Modules that train whole and are saved with the adapter, such as lm_head or norm.' },
} as const satisfies OptionSpecs

/** Everything PEFT can say that changes the maths here; the form's options are a part of it. */
interface Settings extends TargetRules {
  readonly r: number
  readonly alpha: number
  readonly dropout: number
  readonly rsLora: boolean
  readonly dora: boolean
  /** LoRA+ (https://arxiv.org/abs/2402.12354): B learns this many times faster. */
  readonly plusRatio: number
  readonly bias: 'none' | 'all' | 'lora_only'
  readonly rankPattern: Readonly<Record<string, number>>
  readonly alphaPattern: Readonly<Record<string, number>>
  readonly modulesToSave: readonly string[]
  readonly gaussian?: boolean
  readonly start?: LoraStart | undefined
}

/** Starts that leave the base as it is, so that the file says everything. */
const KEEPS_BASE: ReadonlySet<string> = new Set(['gaussian', 'eva', 'orthogonal', 'mica'])

/** Variants of LoRA that change what the tensors mean; AdaLoRA's config has the same entries. */
const UNSUPPORTED = ['lora_bias', 'layer_replication', 'target_parameters', 'trainable_token_indices', 'alora_invocation_tokens', 'arrow_config', 'use_qalora', 'use_bdlora', 'kasa_config', 'monteclora_config']

/** Those of them that a config asks for. */
export const unreadable = (config: Readonly<Record<string, unknown>>): string[] => UNSUPPORTED.filter((name) => config[name] !== undefined && config[name] !== null && config[name] !== false)

const PREFIX = 'base_model.model.'

function attach(s: Settings, model: ModelOutline): Attachment {
  const targets = resolveTargets(s, withoutSaved(model, s.modulesToSave))
  checkModules(s, [...targets], model)
  const sizes = (path: string): { r: number; scaling: number } => {
    const r = byPattern(s.rankPattern, path, s.r)
    const alpha = byPattern(s.alphaPattern, path, s.alpha)
    return { r, scaling: alpha / (s.rsLora ? Math.sqrt(r) : r) }
  }

  const wider = s.start ? 2 : 1
  const widerAlpha = s.rsLora ? Math.sqrt(wider) : wider
  const widened = (pattern: Settings['rankPattern'], factor: number): Settings['rankPattern'] => Object.fromEntries(Object.entries(pattern).map(([k, n]) => [k, n * factor]))
  if (s.start) checkStart(s, [...targets], (path) => sizes(path).r, model)
  const init = (part: 'A' | 'B', site: LinearSite, r: number, scaling: number): Init => {
    if (s.start) return startInit(s.start, site, r, scaling, part)
    if (part === 'B') return { kind: 'zeros' }
    return s.gaussian ? { kind: 'normal', std: 1 / r } : { kind: 'uniform', bound: 1 / Math.sqrt(site.in) }
  }

  return {
    linear(site, x, base) {
      if (!targets.has(site.path)) return base(x)
      const { r, scaling } = sizes(site.path)
      const a = site.param(`${PREFIX}${site.path}.lora_A.weight`, [r, site.in], init('A', site, r, scaling))
      const b = site.param(`${PREFIX}${site.path}.lora_B.weight`, [site.out, r], init('B', site, r, scaling))
      const dropped = site.dropout(x, s.dropout)
      const narrow = matmul(site.graph, { a: dropped, b: a }, { transA: false, transB: true, alpha: 1 }).y // (N, r)
      if (s.dora) return dora(site, { x, dropped, narrow, a, b, scaling, key: `${PREFIX}${site.path}.lora_magnitude_vector` }, base)
      if (s.start) return matmul(site.graph, { a: narrow, b, c: subtractStart(s.start, site, r, scaling, base)(x) }, { transA: false, transB: true, alpha: scaling }).y // (N, out)
      const weighed = site.weigh?.(narrow) ?? narrow
      return matmul(site.graph, { a: weighed, b, c: base(x) }, { transA: false, transB: true, alpha: scaling }).y // (N, out)
    },

    embedding(site, base) {
      if (!targets.has(site.path)) return base()
      const { r, scaling } = sizes(site.path)
      // Stored (r, V); looked up by token, so the graph keeps it as (V, r).
      const a = site.param(`${PREFIX}${site.path}.lora_embedding_A`, [r, site.vocabulary], { kind: 'zeros' }, { transposed: true })
      const b = site.param(`${PREFIX}${site.path}.lora_embedding_B`, [site.width, r], { kind: 'normal', std: 1 })
      const narrow = embedding(site.graph, { tokens: site.ids, w: a }, { padding: site.padding }).y // (N, r)
      const wide: Tensor = matmul(site.graph, { a: narrow, b }, { transA: false, transB: true, alpha: 1 }).y // (N, C)
      return add(site.graph, { a: base(), b: scale(site.graph, { x: wide }, { factor: scaling }).y }, {}).y
    },

    trains(name) {
      return isSaved(name.slice(0, name.lastIndexOf('.')), s.modulesToSave) ? PREFIX + name : trainedBias(s.bias, targets, name)
    },

    merge(site, w, read) {
      if (!targets.has(site.path)) return
      const a = read(`${PREFIX}${site.path}.lora_A.weight`) ?? read(`${PREFIX}${site.path}.lora_embedding_A`)
      const b = read(`${PREFIX}${site.path}.lora_B.weight`) ?? read(`${PREFIX}${site.path}.lora_embedding_B`)
      if (!a || !b) return
      const { r, scaling } = sizes(site.path)
      const [a0, b0] = [read(startKey(site.path, 'A')), read(startKey(site.path, 'B'))]
      // The start is taken off before anything is rounded: it may be far larger than what was learned.
      if (a0 && b0) addProduct(w, site, joinColumns(b, r, b0), stackRows(a, a0), 2 * r, scaling)
      else addProduct(w, site, b, a, r, scaling)
      const magnitude = read(`${PREFIX}${site.path}.lora_magnitude_vector`)
      if (magnitude) setLengths(w, site, magnitude)
    },

    // An ordinary LoRA on the base as it is: of twice the rank and alpha, which leaves the scaling what it was.
    ...(s.start && {
      saved: (read, keys, shapeOf) =>
        new Map(
          keys
            .filter((key) => !key.endsWith('.start'))
            .map((key) => {
              const [data, [rows, columns]] = [read(key)!, shapeOf(key)]
              const start = key.endsWith('.weight') ? read(key.replace(/\.weight$/, '.start')) : undefined
              if (/\.lora_(A\.weight|embedding_A)$/.test(key)) return [key, { shape: [2 * rows, columns], data: stackRows(data, start) }]
              if (/\.lora_(B\.weight|embedding_B)$/.test(key)) return [key, { shape: [rows, 2 * columns], data: joinColumns(data, columns, start) }]
              return [key, { shape: shapeOf(key), data }]
            }),
        ),
    }),

    lrScale: (key) => (/lora_(embedding_)?B/.test(key) ? s.plusRatio : 1),

    adapterConfig: (baseModel) => ({
      ...writtenRules(s, targets, model),
      alpha_pattern: widened(disjoint(s.alphaPattern, targets), widerAlpha),
      auto_mapping: null,
      base_model_name_or_path: baseModel,
      bias: s.bias,
      fan_in_fan_out: model.conv1d,
      inference_mode: true,
      init_lora_weights: true,
      lora_alpha: s.alpha * widerAlpha,
      lora_bias: false,
      lora_dropout: s.dropout,
      modules_to_save: s.modulesToSave.length > 0 ? s.modulesToSave : null,
      peft_type: 'LORA',
      r: s.r * wider,
      rank_pattern: widened(disjoint(s.rankPattern, targets), wider),
      revision: null,
      task_type: 'CAUSAL_LM',
      use_dora: s.dora,
      use_rslora: s.rsLora,
    }),
  }
}

const WITHOUT_DORA: Remedy = { kind: 'option', method: 'lora', name: 'use_dora', value: false }

/** A start has no more columns than the matrix it is taken from, and its part of the base is not what DoRA measures. */
function checkStart(s: Settings, targets: readonly string[], rankOf: (path: string) => number, model: ModelOutline): void {
  if (s.dora) throw new Fault('bad-recipe', 'PiSSA and OLoRA start from a part of the weights, and DoRA learns their length: they cannot be joined.', 'Use the random start, or turn DoRA off.', undefined, [WITHOUT_DORA])
  for (const path of targets) {
    const size = model.linearSizes.get(path)
    if (size && rankOf(path) > Math.min(size.in, size.out))
      throw new Fault('bad-recipe', `Rank ${rankOf(path)} is more than ${path} [${size.out},${size.in}] has to start from.`, `Use a rank of at most ${Math.min(size.in, size.out)}, or the random start.`, undefined, [{ kind: 'option', method: 'lora', name: 'r', value: Math.min(size.in, size.out) }])
  }
}

/** What this method cannot do to some modules of this model. */
function checkModules(s: Settings, targets: readonly string[], model: ModelOutline): void {
  const embedding = targets.find((path) => model.embeddings.includes(path))
  if (s.dora && embedding !== undefined) throw new Fault('bad-recipe', `DoRA works on linear layers, and ${embedding} is an embedding.`, 'Leave it out of target_modules, or turn DoRA off.', undefined, [WITHOUT_DORA])
  checkModulesToSave(s.modulesToSave, model)
}

export const method: Method = {
  id: 'lora',
  label: 'LoRA',
  order: 1,
  group: 'Low rank',
  summary: 'Trains a small low-rank update beside frozen layers; the usual first choice.',
  paper: 'https://arxiv.org/abs/2106.09685',
  options,
  defaultLearningRate: 1e-3,
  startsAsBase: true,

  attach(given, model) {
    const o = given as Readonly<Record<keyof typeof options, OptionValue>>
    checkPatterns({ rank_pattern: o.rank_pattern, alpha_pattern: o.alpha_pattern } as Parameters<typeof checkPatterns>[0], model)
    return attach(
      {
        r: Number(o.r),
        alpha: Number(o.lora_alpha),
        dropout: Number(o.lora_dropout),
        targets: o.target_modules as readonly string[],
        exclude: o.exclude_modules as readonly string[],
        layers: o.layers_to_transform as readonly number[],
        layersPattern: o.layers_pattern as readonly string[],
        rsLora: Boolean(o.use_rslora),
        dora: Boolean(o.use_dora),
        plusRatio: Number(o.loraplus_lr_ratio),
        bias: o.bias as Settings['bias'],
        rankPattern: o.rank_pattern as Settings['rankPattern'],
        alphaPattern: o.alpha_pattern as Settings['alphaPattern'],
        modulesToSave: o.modules_to_save as readonly string[],
        gaussian: o.init_lora_weights === 'gaussian',
        start: startOf(o.init_lora_weights),
      },
      model,
    )
  },

  fromPeft(config, model) {
    if (config['peft_type'] !== 'LORA') return undefined
    const unknown = unreadable(config)
    const initialised = config['init_lora_weights'] ?? true
    // What random subspace iteration subtracted from the base cannot be found again; whole decompositions can.
    const start = startOf(initialised)
    const readable = start ? start.iterations === undefined : typeof initialised !== 'string' || KEEPS_BASE.has(initialised)
    if (!readable) unknown.push(`init_lora_weights ${String(initialised)}`)
    // Both sides of shared weights would get the same update; without it each has its own.
    if (config['ensure_weight_tying'] === true && !model.tensors.includes(`${model.head}.weight`)) unknown.push('ensure_weight_tying')
    // A reading that leaves a part out would answer wrongly without a word.
    if (unknown.length > 0) throw new Fault('bad-adapter', `This LoRA adapter uses ${unknown.join(', ')}, which cannot be read yet.`, 'Convert it to a plain LoRA adapter in PEFT.')
    return attach(
      {
        r: Number(config['r'] ?? 8),
        alpha: Number(config['lora_alpha'] ?? 8),
        dropout: Number(config['lora_dropout'] ?? 0),
        ...rulesOf(config, model),
        rsLora: config['use_rslora'] === true,
        dora: config['use_dora'] === true,
        plusRatio: 1,
        bias: (config['bias'] as Settings['bias'] | undefined) ?? 'none',
        rankPattern: (config['rank_pattern'] as Settings['rankPattern'] | undefined) ?? {},
        alphaPattern: (config['alpha_pattern'] as Settings['alphaPattern'] | undefined) ?? {},
        modulesToSave: modulesToSaveOf(config, model),
        start,
      },
      model,
    )
  },
}
