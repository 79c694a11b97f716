// Hypernetwork: one small network makes the LoRA of every site from a task's embedding, so that one run learns several tasks
// and an ordinary LoRA comes out for each, or for a description that no run has seen. The network is in taskNetwork.ts.
// HyperFormer (https://arxiv.org/abs/2106.04489) makes adapters this way, Text-to-LoRA (https://arxiv.org/abs/2506.06105) LoRA.
import type { Graph } from '../graph/graph.ts'
import { matmul } from '../ops/matmul.ts'
import { Fault } from '../protocol/failure.ts'
import type { OptionSpecs } from '../protocol/options.ts'
import { wordings, type TaskText } from '../protocol/tasks.ts'
import loader from './hypernetwork.py?raw'
import { method as lora } from './lora.ts'
import type { Attachment, Emitted, Method, ModelOutline, ReadParam } from './method.ts'
import { resolveTargets, type Selection } from './targets.ts'
import { generatePair, placeOf, TracedNetwork, type NetworkShape } from './taskNetwork.ts'

const options = {
  r: { kind: 'number', default: 8, min: 1, max: 256, integer: true, label: 'Rank r', help: 'Rank of the LoRA that it makes; the network itself hardly grows with it.' },
  lora_alpha: { kind: 'number', default: 16, min: 0.001, max: 4096, label: 'lora_alpha', help: 'Strength of the LoRA that it makes: it is scaled by lora_alpha / r.' },
  target_modules: { kind: 'list', default: ['all-linear'], suggest: 'linear-layers', label: 'target_modules', help: 'Which layers get an update; all-linear is every linear layer but the head.' },
  task_embedding: {
    kind: 'choice', default: 'description', label: 'Task embedding', help: 'What stands for a task; only with descriptions can it make a LoRA for a task it has not seen.',
    choices: [
      { value: 'description', label: 'From its description', help: 'The frozen base reads the description; the network learns what to make of it.' },
      { value: 'learned', label: 'Learned', help: 'A vector for each task, trained like the rest.' },
    ],
  },
  task_embedding_dim: { kind: 'number', default: 64, min: 1, max: 4096, integer: true, advanced: true, label: 'Embedding size', help: 'Channels in which the network sees task, layer, module and rank.' },
  hidden_size: { kind: 'number', default: 128, min: 1, max: 8192, integer: true, advanced: true, label: 'Hidden size', help: 'Width of the network; its heads, which are most of it, grow with it.' },
  lora_dropout: { kind: 'number', default: 0, min: 0, max: 0.9, advanced: true, label: 'lora_dropout', help: 'Share of the inputs of the update that is zeroed at each step, against overfitting.' },
} as const satisfies OptionSpecs

interface Settings {
  readonly r: number
  readonly alpha: number
  readonly dropout: number
  readonly targets: Selection
  readonly source: 'learned' | 'description'
  readonly dim: number
  readonly hidden: number
  readonly tasks: readonly TaskText[]
}

/** A run with one dataset has one task. */
const ALONE: readonly TaskText[] = [{ name: 'task', description: '' }]

function attach(s: Settings, model: ModelOutline): Attachment {
  if (model.taskType !== 'CAUSAL_LM') {
    // Tasks would need a head each, and a new one would have none.
    throw new Fault('bad-recipe', 'A hypernetwork makes adapters for models that write text, and this one is to sort texts into classes.', 'Use LoRA instead.', undefined, [{ kind: 'instead', of: 'hypernetwork', use: 'lora' }])
  }
  const targets = resolveTargets(s, model)
  const sites = [...targets]
  for (const path of sites) placeOf(path)
  const described = s.source === 'description'
  let count = 0
  const tasks = (s.tasks.length > 0 ? s.tasks : ALONE).map((task) => ({ ...task, rows: (described ? wordings(task) : [task.name]).map(() => count++) }))
  const shape: NetworkShape = {
    r: s.r,
    dim: s.dim,
    hidden: s.hidden,
    layers: model.layers,
    tasks: count,
    sites,
    sizes: model.linearSizes,
    ...(described && { described: { width: model.hidden, texts: tasks.flatMap((task) => wordings(task)) } }),
  }
  const config = { peft_type: 'LORA', r: s.r, lora_alpha: s.alpha, lora_dropout: s.dropout, target_modules: sites }
  const plain = lora.fromPeft!(config, model)!
  const networks = new WeakMap<Graph, TracedNetwork>()

  const emitSite = (read: ReadParam, path: string, task: number | Float32Array): Emitted['tensors'] => {
    const size = model.linearSizes.get(path)!
    const { a, b } = generatePair(read, shape, path, task)
    return new Map([
      [`base_model.model.${path}.lora_A.weight`, { shape: [s.r, size.in], data: a }],
      [`base_model.model.${path}.lora_B.weight`, { shape: [size.out, s.r], data: b }],
    ])
  }

  return {
    tasks,
    loader,
    linear(site, x, base) {
      if (!targets.has(site.path)) return base(x)
      const { graph } = site
      let network = networks.get(graph)
      if (!network) networks.set(graph, (network = new TracedNetwork(site, shape)))
      const { a, b } = network.pair(site, site.path)
      const narrow = matmul(graph, { a: site.dropout(x, s.dropout), b: a }, { transA: false, transB: true, alpha: 1 }).y // (N, r)
      return matmul(graph, { a: narrow, b, c: base(x) }, { transA: false, transB: false, alpha: s.alpha / s.r }).y // (N, out)
    },

    merge(site, w, read) {
      if (!targets.has(site.path)) return
      const tensors = emitSite(read, site.path, 0)
      plain.merge!(site, w, (name) => tensors.get(name)?.data)
    },

    emit(read, task) {
      if (typeof task !== 'number' && !described)
        throw new Fault('bad-adapter', 'This hypernetwork learned an embedding for each of its tasks and cannot read descriptions.', `Choose one of its tasks: ${tasks.map((t) => t.name).join(', ')}.`)
      return { attachment: { ...plain, name: lora.id }, tensors: new Map(sites.flatMap((path) => [...emitSite(read, path, task)])) }
    },

    adapterConfig: (baseModel) => ({
      base_model_name_or_path: baseModel,
      fan_in_fan_out: model.conv1d,
      hidden_size: s.hidden,
      inference_mode: true,
      lora_alpha: s.alpha,
      lora_dropout: s.dropout,
      // Ours: PEFT has no such type. `sites` fixes the order of modules in the network's tables.
      peft_type: 'HYPERNETWORK',
      r: s.r,
      sites,
      target_modules: typeof s.targets === 'string' ? s.targets : [...s.targets],
      task_embedding: s.source,
      task_embedding_dim: s.dim,
      task_type: 'CAUSAL_LM',
      tasks: s.tasks.map(({ name, description }) => ({ name, description })),
    }),
  }
}

export const method: Method = {
  id: 'hypernetwork',
  label: 'Hypernetwork',
  order: 90,
  group: 'Hypernetwork',
  summary: 'One network that makes a LoRA for each of several datasets, and for a task that is only described.',
  paper: 'https://arxiv.org/abs/2506.06105',
  options,
  defaultLearningRate: 1e-3,
  startsAsBase: true,
  attach: (o, model, tasks = []) => {
    const targets = o['target_modules'] as readonly string[]
    return attach(
      {
        r: Number(o['r']),
        alpha: Number(o['lora_alpha']),
        dropout: Number(o['lora_dropout']),
        targets: targets.includes('all-linear') ? 'all-linear' : targets,
        source: o['task_embedding'] as Settings['source'],
        dim: Number(o['task_embedding_dim']),
        hidden: Number(o['hidden_size']),
        tasks,
      },
      model,
    )
  },
  fromPeft: (config, model) =>
    config['peft_type'] === 'HYPERNETWORK'
      ? attach(
          {
            r: Number(config['r']),
            alpha: Number(config['lora_alpha']),
            dropout: Number(config['lora_dropout']),
            targets: config['target_modules'] as Selection,
            source: config['task_embedding'] as Settings['source'],
            dim: Number(config['task_embedding_dim']),
            hidden: Number(config['hidden_size']),
            tasks: config['tasks'] as readonly TaskText[],
          },
          model,
        )
      : undefined,
}
