// AdaLoRA: low-rank updates in the form of a singular value decomposition, y = base(x) + s · B (E ∘ (A dropout(x))), whose
// least important triplets (a row of A, an entry of E, a column of B) lose their entry of E while a budget shrinks, so that
// the layers that need it keep a higher rank. https://arxiv.org/abs/2303.10512
// Keys, schedule, importance and the penalty on rows that are not orthonormal are PEFT's (reference: peft 0.21, tuners/adalora).
import type { Shape } from '../graph/shape.ts'
import { importance } from '../ops/importance.ts'
import { matmul } from '../ops/matmul.ts'
import { orthogonality } from '../ops/orthogonality.ts'
import { AGAIN, KEEP, pruneTriplets } from '../ops/pruneTriplets.ts'
import { scaleColumns } from '../ops/scaleColumns.ts'
import { TRIPLET, tripletScores } from '../ops/tripletScores.ts'
import { Fault } from '../protocol/failure.ts'
import type { OptionSpecs } from '../protocol/options.ts'
import { addProduct } from './addProduct.ts'
import { unreadable } from './lora.ts'
import type { Attachment, Method, ModelOutline, ReadParam } from './method.ts'
import { trainedBias } from './trainedBias.ts'
import { linearTargets, rulesOf, writtenRules, type TargetRules } from './targets.ts'

const options = {
  init_r: { kind: 'number', default: 12, min: 1, max: 256, integer: true, label: 'init_r', help: 'Rank of every update at the start.' },
  target_r: { kind: 'number', default: 8, min: 1, max: 256, integer: true, label: 'target_r', help: 'Mean rank at the end; important layers keep more, others may lose all.' },
  lora_alpha: { kind: 'number', default: 32, min: 0.001, max: 4096, label: 'lora_alpha', help: 'Strength of the update: it is scaled by lora_alpha / init_r.' },
  lora_dropout: { kind: 'number', default: 0, min: 0, max: 0.9, label: 'lora_dropout', help: 'Share of the inputs of the update that is zeroed at each step, against overfitting.' },
  target_modules: { kind: 'list', default: ['all-linear'], suggest: 'linear-layers', label: 'target_modules', help: 'Which layers get an update; all-linear is every linear layer but the head.' },
  tinit: { kind: 'number', default: -1, min: -1, max: 1e6, integer: true, advanced: true, label: 'tinit', help: 'Steps before the budget begins to shrink; -1 is a tenth of the run.' },
  tfinal: { kind: 'number', default: -1, min: -1, max: 1e6, integer: true, advanced: true, label: 'tfinal', help: 'Last steps, at the final budget; -1 is three tenths of the run.' },
  deltaT: { kind: 'number', default: 10, min: 1, max: 1e6, integer: true, advanced: true, label: 'deltaT', help: 'Steps between two rounds of pruning.' },
  beta1: { kind: 'number', default: 0.85, min: 0.001, max: 0.999, advanced: true, label: 'beta1', help: 'Memory of the sensitivity average.' },
  beta2: { kind: 'number', default: 0.85, min: 0.001, max: 0.999, advanced: true, label: 'beta2', help: 'Memory of the uncertainty average.' },
  orth_reg_weight: { kind: 'number', default: 0.5, min: 0, max: 100, advanced: true, label: 'orth_reg_weight', help: 'How strongly rows of A and columns of B are held orthonormal.' },
} as const satisfies OptionSpecs

interface Settings extends TargetRules {
  readonly r: number
  readonly targetR: number
  readonly alpha: number
  readonly dropout: number
  /** Negative: a share of the run. */
  readonly tinit: number
  readonly tfinal: number
  readonly deltaT: number
  readonly beta1: number
  readonly beta2: number
  readonly orthogonal: number
  /** none, all, or lora_only. */
  readonly bias: string
  /** Of the run that made the adapter; unknown before it. */
  readonly totalSteps?: number
  /** Which triplets an adapter from a file has kept, by path. */
  readonly kept?: ReadonlyMap<string, readonly boolean[]>
}

const PREFIX = 'base_model.model.'
const count = (kept: readonly boolean[]): number => kept.filter(Boolean).length

interface Phases {
  readonly total: number
  readonly tinit: number
  readonly tfinal: number
}

function phases({ tinit, tfinal }: Settings, total: number): Phases {
  const found = { total, tinit: tinit < 0 ? Math.round(total / 10) : tinit, tfinal: tfinal < 0 ? Math.round((3 * total) / 10) : tfinal }
  if (found.tinit >= total - found.tfinal)
    throw new Fault('bad-recipe', `AdaLoRA has no step to prune in: ${found.tinit} first (tinit) and ${found.tfinal} last steps (tfinal) of ${total} keep their ranks.`, 'Lower tinit or tfinal, or train for more steps.')
  return found
}

/** How many of `all` triplets each step prunes: PEFT's cubic schedule. */
export function schedule({ total, tinit, tfinal }: Phases, all: number, target: number, deltaT: number): Int32Array<ArrayBuffer> {
  return Int32Array.from({ length: total + 1 }, (_, step) => {
    if (step > total - tfinal) return AGAIN
    if (step <= tinit || (step % deltaT !== 0 && step < total - tfinal)) return KEEP
    const left = 1 - (step - tinit) / (total - tfinal - tinit)
    return all - Math.trunc((all - target) * left ** 3 + target)
  })
}

function attach(s: Settings, model: ModelOutline): Attachment {
  const targets = linearTargets(s, model)
  const scaling = s.alpha / (s.r + 1e-5)
  const rank = (path: string): number => (s.kept ? count(s.kept.get(path) ?? []) : s.r)
  const key = (path: string, factor: 'A' | 'B' | 'E'): string => `${PREFIX}${path}.lora_${factor}`
  const factors = (path: string, read: ReadParam) => {
    const [a, b, e] = [read(key(path, 'A')), read(key(path, 'B')), read(key(path, 'E'))]
    return a && b && e ? { a, b, e } : undefined
  }
  /** Which triplets of every layer are left; a pruned one has an E of exactly 0, and before the first update all have. */
  const survivors = (read: ReadParam): ReadonlyMap<string, readonly boolean[]> | undefined => {
    if (s.kept) return s.kept
    const found = new Map([...targets].map((path) => [path, [...(read(key(path, 'E')) ?? [])].map((e) => e !== 0)] as const))
    const left = [...found.values()].map(count)
    const none = left.every((n) => n === 0)
    return none || left.every((n) => n === s.r) ? undefined : found
  }

  return {
    linear(site, x, base) {
      if (!targets.has(site.path)) return base(x)
      const r = rank(site.path)
      const init = { kind: 'normal', std: 0.02 } as const
      const a = site.param(key(site.path, 'A'), [r, site.in], init)
      const b = site.param(key(site.path, 'B'), [site.out, r], init)
      const e = site.param(key(site.path, 'E'), [r, 1], { kind: 'zeros' })
      // Files hold the empty tensors of a layer that lost every triplet.
      if (r === 0) return base(x)
      const { graph } = site
      const narrow = matmul(graph, { a: site.dropout(x, s.dropout), b: a }, { transA: false, transB: true, alpha: 1 }).y // (N, r)
      const scaled = scaleColumns(graph, { x: narrow, factors: graph.view(e, [r]) }, {}).y
      return matmul(graph, { a: site.weigh?.(scaled) ?? scaled, b, c: base(x) }, { transA: false, transB: true, alpha: scaling }).y // (N, out)
    },

    penalise({ graph, windows, values, gradient }) {
      if (s.kept || s.orthogonal === 0) return undefined
      const sides = [...targets].flatMap((path) => {
        const [a, b] = [windows.get(key(path, 'A'))!, windows.get(key(path, 'B'))!]
        return [a.offset, a.shape[1], a.shape[1], 1, b.offset, b.shape[0], 1, s.r]
      })
      const longest = Math.max(...sides.filter((_, i) => i % 4 === 1))
      const table = graph.constant('adalora.sides', [sides.length / 4, 4], Int32Array.from(sides))
      return orthogonality(graph, { sides: table, value: values, gradient }, { rank: s.r, weight: s.orthogonal, longest }).total
    },

    updated({ graph, windows, values, gradient, hyper, norm, step, steps, state }) {
      if (s.kept || steps === undefined) return
      const { total, tinit, tfinal } = phases(s, s.totalSteps ?? steps)
      const table = [...targets].flatMap((path) => {
        const [a, b, e] = (['A', 'B', 'E'] as const).map((factor) => windows.get(key(path, factor))!)
        return Array.from({ length: s.r }, (_, i) => [a.offset, b.offset, e.offset + i, i, s.r, a.shape[1], b.shape[0], 0]).flat()
      })
      const all = table.length / TRIPLET
      const [sensitivity, uncertainty] = ['adalora.sensitivity', 'adalora.uncertainty'].map((name) => state(name, values.shape[0]))
      importance(graph, { step, hyper, norm, value: values, gradient, sensitivity, uncertainty }, { beta1: s.beta1, beta2: s.beta2, end: total - tfinal })
      const triplets = graph.constant('adalora.triplets', [all, TRIPLET], Int32Array.from(table))
      const { scores } = tripletScores(graph, { triplets, sensitivity, uncertainty }, {})
      const plan = schedule({ total, tinit, tfinal }, all, s.targetR * targets.size, s.deltaT)
      const inputs = { step, schedule: graph.constant('adalora.schedule', [plan.length], plan), triplets, scores, value: values }
      pruneTriplets(graph, { ...inputs, pruned: state('adalora.pruned', all) }, {})
    },

    trains: (name) => trainedBias(s.bias, targets, name),

    merge(site, w, read) {
      const found = targets.has(site.path) ? factors(site.path, read) : undefined
      if (!found) return
      const { a, b, e } = found
      const weighted = Float64Array.from(b, (x, i) => x * e[i % e.length])
      addProduct(w, site, weighted, a, e.length, scaling)
    },

    saved(read, keys, shapeOf) {
      const kept = survivors(read)
      const all = new Map<string, { readonly shape: Shape; readonly data: Float32Array }>()
      for (const path of targets) {
        const found = factors(path, read)
        if (!found || !keys.includes(key(path, 'E'))) continue
        const { a, b, e } = found
        const r = e.length
        const rows = kept && !s.kept ? [...kept.get(path)!.keys()].filter((i) => kept.get(path)![i]) : [...e.keys()]
        const [inner, out] = [model.linearSizes.get(path)!.in, model.linearSizes.get(path)!.out]
        all.set(key(path, 'A'), { shape: [rows.length, inner], data: Float32Array.from(rows.flatMap((i) => [...a.subarray(i * inner, (i + 1) * inner)])) })
        all.set(key(path, 'B'), { shape: [out, rows.length], data: Float32Array.from({ length: out * rows.length }, (_, n) => b[Math.floor(n / rows.length) * r + rows[n % rows.length]]) })
        all.set(key(path, 'E'), { shape: [rows.length, 1], data: Float32Array.from(rows, (i) => e[i]) })
      }
      for (const name of keys) if (!/\.lora_[ABE]$/.test(name)) all.set(name, { shape: shapeOf(name), data: read(name)! })
      return all
    },

    adapterConfig(baseModel, run) {
      const total = s.totalSteps ?? run?.steps
      const { tinit, tfinal } = total === undefined ? s : phases(s, total)
      const kept = run ? survivors(run.read) : s.kept
      return {
        base_model_name_or_path: baseModel,
        beta1: s.beta1,
        beta2: s.beta2,
        bias: s.bias,
        deltaT: s.deltaT,
        ...writtenRules(s, targets, model),
        fan_in_fan_out: model.conv1d,
        inference_mode: true,
        init_lora_weights: true,
        init_r: s.r,
        lora_alpha: s.alpha,
        lora_dropout: s.dropout,
        modules_to_save: null,
        orth_reg_weight: s.orthogonal,
        peft_type: 'ADALORA',
        rank_pattern: kept ? Object.fromEntries([...kept].map(([path, flags]) => [`${path}.lora_E`, flags])) : null,
        revision: null,
        target_r: s.targetR,
        task_type: 'CAUSAL_LM',
        tfinal,
        tinit,
        total_step: total ?? null,
      }
    },
  }
}

export const method: Method = {
  id: 'adalora',
  label: 'AdaLoRA',
  group: 'Low rank',
  order: 8,
  summary: 'Starts with more rank than it may keep and leaves it where it matters most.',
  paper: 'https://arxiv.org/abs/2303.10512',
  options,
  defaultLearningRate: 5e-3,
  startsAsBase: true,
  attach(o, model) {
    const targets = o['target_modules'] as readonly string[]
    if (Number(o['target_r']) > Number(o['init_r'])) throw new Fault('bad-recipe', `AdaLoRA’s target_r ${String(o['target_r'])} is above its init_r ${String(o['init_r'])}.`, 'Ranks can only shrink: raise init_r.', undefined, [{ kind: 'option', method: 'adalora', name: 'init_r', value: Number(o['target_r']) }])
    return attach(
      {
        r: Number(o['init_r']),
        targetR: Number(o['target_r']),
        alpha: Number(o['lora_alpha']),
        dropout: Number(o['lora_dropout']),
        targets: targets.includes('all-linear') ? 'all-linear' : targets,
        tinit: Number(o['tinit']),
        tfinal: Number(o['tfinal']),
        deltaT: Number(o['deltaT']),
        beta1: Number(o['beta1']),
        beta2: Number(o['beta2']),
        orthogonal: Number(o['orth_reg_weight']),
        bias: 'none',
      },
      model,
    )
  },
  fromPeft(config, model) {
    if (config['peft_type'] !== 'ADALORA') return undefined
    const unknown = unreadable(config)
    if (unknown.length > 0) throw new Fault('bad-adapter', `This AdaLoRA adapter uses ${unknown.join(', ')}, which cannot be read yet.`, 'Merge it into the weights in PEFT.')
    const pattern = config['rank_pattern'] as Readonly<Record<string, readonly boolean[]>> | null | undefined
    const number = (name: string, fallback: number): number => Number(config[name] ?? fallback)
    return attach(
      {
        r: number('init_r', 12),
        targetR: number('target_r', 8),
        // PEFT takes the rank for an alpha of 0.
        alpha: number('lora_alpha', 8) || number('init_r', 12),
        dropout: number('lora_dropout', 0),
        ...rulesOf(config, model),
        tinit: number('tinit', 0),
        tfinal: number('tfinal', 0),
        deltaT: number('deltaT', 1),
        beta1: number('beta1', 0.85),
        beta2: number('beta2', 0.85),
        orthogonal: number('orth_reg_weight', 0.5),
        bias: String(config['bias'] ?? 'none'),
        ...(typeof config['total_step'] === 'number' && { totalSteps: config['total_step'] }),
        ...(pattern && { kept: new Map(Object.entries(pattern).map(([name, flags]) => [name.replace(/\.lora_E$/, ''), flags])) }),
      },
      model,
    )
  },
}
