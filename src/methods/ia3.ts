// (IA)³: learned factors on keys, values and the inside of the MLP. https://arxiv.org/abs/2205.05638
// y = (W x + b) ∘ l for ordinary targets, y = W (x ∘ l) + b for feed-forward ones; keys and shapes are PEFT's.
import { scaleColumns } from '../ops/scaleColumns.ts'
import type { OptionSpecs } from '../protocol/options.ts'
import type { Attachment, Method, ModelOutline } from './method.ts'
import { linearTargets, rulesOf, selects, type Selection } from './targets.ts'

const options = {
  target_modules: { kind: 'list', default: ['default'], suggest: 'linear-layers', label: 'target_modules', help: 'Layers that get factors; default is keys, values and the MLP’s last layer.' },
  feedforward_modules: { kind: 'list', default: ['default'], suggest: 'linear-layers', advanced: true, label: 'feedforward_modules', help: 'Those of the targets whose input is scaled instead of their output.' },
} as const satisfies OptionSpecs

const PREFIX = 'base_model.model.'

/** PEFT's mapping by model type: targets, and which of them are feed-forward. */
const DEFAULTS: Readonly<Record<string, readonly [readonly string[], readonly string[]]>> = {
  gpt2: [['c_attn', 'mlp.c_proj'], ['mlp.c_proj']],
  qwen2: [['q_proj', 'v_proj', 'down_proj'], ['down_proj']],
  qwen3: [['q_proj', 'v_proj', 'down_proj'], ['down_proj']],
  gemma2: [['q_proj', 'v_proj', 'down_proj'], ['down_proj']],
  gemma3_text: [['q_proj', 'v_proj', 'down_proj'], ['down_proj']],
  gpt_neox: [['query_key_value', 'dense_4h_to_h'], ['dense_4h_to_h']],
  opt: [['q_proj', 'k_proj', 'fc2'], ['fc2']],
  bert: [['key', 'value', 'output.dense'], ['output.dense']],
  roberta: [['key', 'value', 'output.dense'], ['output.dense']],
  // PEFT has no entry for this type: as for BERT.
  distilbert: [['k_lin', 'v_lin', 'lin2'], ['lin2']],
  // PEFT has no entry for this type: as for Llama, where keys and values are one matrix with the queries.
  phi3: [['qkv_proj', 'down_proj'], ['down_proj']],
}
const LLAMA_LIKE = [['k_proj', 'v_proj', 'down_proj'], ['down_proj']] as const

function attach(targets: Selection, feedforward: Selection, model: ModelOutline, exclude?: Selection): Attachment {
  const chosen = linearTargets({ targets, exclude }, model)
  // PEFT compares a list's names without regard to dots here.
  const inside = new Set([...chosen].filter((path) => (typeof feedforward === 'string' ? selects(feedforward, path) : feedforward.some((entry) => path.endsWith(entry)))))
  // PEFT reads a list of feedforward_modules only where the other list has the same names, and all-linear only alone.
  const readable = typeof targets === 'string' ? targets !== 'all-linear' : !targets.includes('all-linear') && (typeof feedforward === 'string' || feedforward.every((entry) => targets.includes(entry)))
  const key = (path: string): string => `${PREFIX}${path}.ia3_l`
  return {
    linear(site, x, base) {
      if (!chosen.has(site.path)) return base(x)
      const feeds = inside.has(site.path)
      const l = site.param(key(site.path), feeds ? [1, site.in] : [site.out, 1], { kind: 'ones' })
      const factors = site.graph.view(l, [feeds ? site.in : site.out])
      const scaled = (y: typeof x) => scaleColumns(site.graph, { x: y, factors }, {}).y
      return feeds ? base(scaled(x)) : scaled(base(x))
    },
    merge(site, w, read, bias) {
      const l = chosen.has(site.path) ? read(key(site.path)) : undefined
      if (!l) return
      const feeds = inside.has(site.path)
      const [rowStride, columnStride] = site.stored === '[out,in]' ? [site.in, 1] : [1, site.out]
      for (let o = 0; o < site.out; o++) for (let i = 0; i < site.in; i++) w[o * rowStride + i * columnStride] *= feeds ? l[i] : l[o]
      if (bias && !feeds) for (let o = 0; o < site.out; o++) bias[o] *= l[o]
    },
    adapterConfig: (baseModel) => ({
      base_model_name_or_path: baseModel,
      exclude_modules: exclude ?? null,
      fan_in_fan_out: model.conv1d,
      feedforward_modules: readable ? feedforward : [...inside],
      inference_mode: true,
      init_ia3_weights: true,
      modules_to_save: null,
      peft_type: 'IA3',
      revision: null,
      target_modules: readable ? targets : [...chosen],
      task_type: 'CAUSAL_LM',
    }),
  }
}

export const method: Method = {
  id: 'ia3',
  label: '(IA)³',
  order: 42,
  group: 'Bias and scale',
  summary: 'Learns one factor per key, value and MLP channel; the fewest parameters of all, and it merges away.',
  paper: 'https://arxiv.org/abs/2205.05638',
  options,
  defaultLearningRate: 3e-2,
  startsAsBase: true,
  attach(given, model) {
    const [targets, feedforward] = DEFAULTS[model.modelType] ?? LLAMA_LIKE
    const list = (value: unknown, fallback: readonly string[]): readonly string[] => ((value as readonly string[]).includes('default') ? fallback : (value as readonly string[]))
    return attach(list(given['target_modules'], targets), list(given['feedforward_modules'], feedforward), model)
  },
  fromPeft(config, model) {
    if (config['peft_type'] !== 'IA3') return undefined
    const { targets, exclude } = rulesOf(config, model)
    return attach(targets, (config['feedforward_modules'] as Selection | null) ?? [], model, exclude)
  },
}
