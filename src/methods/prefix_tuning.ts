// Prefix tuning: learned keys and values that every layer attends to before the first token. https://arxiv.org/abs/2101.00190
// With prefix_projection they come from a small network, which is dropped when the adapter is saved (as in PEFT). With
// use_gating each token learns how much of the prefix it sees (UniPELT, https://arxiv.org/abs/2110.07577): attention with and
// without the prefix are mixed, because keys that differ from token to token could not be kept while generating.
import type { Graph } from '../graph/graph.ts'
import type { Tensor } from '../graph/tensor.ts'
import { add } from '../ops/add.ts'
import { scale } from '../ops/scale.ts'
import { sliceColumns } from '../ops/sliceColumns.ts'
import type { OptionSpecs } from '../protocol/options.ts'
import { gateOf, throughGate } from './gate.ts'
import type { Attachment, KeysSite, Method, ModelOutline } from './method.ts'
import { EMBEDDING, oncePerGraph, promptConfig, runLayers, traceLayers, type Layer } from './promptEncoder.ts'

const options = {
  num_virtual_tokens: { kind: 'number', default: 16, min: 1, max: 1024, integer: true, label: 'num_virtual_tokens', help: 'Length of the prefix; more can say more and makes attention longer.' },
  prefix_projection: { kind: 'boolean', default: false, label: 'prefix_projection', help: 'Learn the prefix through a small network; steadier at a tenth of the learning rate, and more to train.' },
  encoder_hidden_size: { kind: 'number', default: 128, min: 1, max: 8192, integer: true, advanced: true, label: 'encoder_hidden_size', help: 'Width of that network.' },
  dropout: { kind: 'number', default: 0, min: 0, max: 0.9, advanced: true, label: 'Dropout', help: 'Share of the prefix’s numbers that is zeroed at each step, against overfitting.' },
  use_gating: { kind: 'boolean', default: false, advanced: true, label: 'use_gating', help: 'Learn for each token how much of the prefix it sees (UniPELT); attention runs twice.' },
} as const satisfies OptionSpecs

/** The gate of every layer, from what its first linear layer reads. */
function gating(): Required<Pick<Attachment, 'linear'>> & { mix(site: KeysSite, seen: Tensor, without: Tensor): Tensor } {
  const inputs = new WeakMap<Graph, Map<number, Tensor>>()
  const known = (graph: Graph): Map<number, Tensor> => {
    const map = inputs.get(graph) ?? new Map<number, Tensor>()
    inputs.set(graph, map)
    return map
  }
  return {
    linear(site, x, base) {
      const layer = Number(/\.(\d+)\./.exec(site.path)?.[1] ?? -1)
      if (!known(site.graph).has(layer)) known(site.graph).set(layer, x)
      return base(x)
    },
    mix(site, seen, without) {
      const { graph } = site
      const gate = gateOf(site, `prefix_gates.${site.layer}`, known(graph).get(site.layer)!)
      const more = add(graph, { a: seen, b: scale(graph, { x: without }, { factor: -1 }).y }, {}).y
      return add(graph, { a: without, b: throughGate(site, more, gate) }, {}).y
    },
  }
}

interface Settings {
  readonly count: number
  /** Width of the network that makes the prefix; 0: the prefix itself is learned. */
  readonly hidden: number
  readonly dropout?: number
  readonly gated?: boolean
}

export function attachPrefix({ count, hidden, dropout = 0, gated = false }: Settings, model: ModelOutline): Attachment {
  const projected = hidden > 0
  const { kvHeads, headSize } = model.attention
  const width = kvHeads * headSize
  const total = model.layers * 2 * width
  const layers: Layer[] = [
    { key: 'prompt_encoder.transform.0', in: width, out: hidden, after: 'tanh' },
    { key: 'prompt_encoder.transform.2', in: hidden, out: total },
  ]
  // (P, layers · 2 · width): key and value of layer 0, then of layer 1, …
  const all = oncePerGraph((site) => {
    const embedding = site.param(EMBEDDING, [count, projected ? width : total], { kind: 'normal', std: projected ? 1 : 0.02 })
    return site.dropout(projected ? traceLayers(site, embedding, layers) : embedding, dropout)
  })
  const prefix: NonNullable<Attachment['prefix']> = {
    count,
    keysValues(site) {
      const part = (i: number) => sliceColumns(site.graph, { x: all(site) }, { start: (2 * site.layer + i) * width, size: width }).y
      return { k: part(0), v: part(1) }
    },
  }
  if (gated) {
    const { linear, mix } = gating()
    return { linear, prefix: { ...prefix, mix }, ownConfig: () => ({ type: 'gated_prefix', num_virtual_tokens: count, num_key_value_heads: kvHeads }) }
  }
  return {
    prefix,
    saved(read) {
      const embedding = read(EMBEDDING)!
      return new Map([['prompt_embeddings', { shape: [count, total], data: projected ? runLayers(read, embedding, count, layers) : embedding }]])
    },
    adapterConfig: (baseModel) => ({
      ...promptConfig(baseModel, 'PREFIX_TUNING', count, width, kvHeads, model.layers),
      // What PEFT fills in where there is no network.
      encoder_hidden_size: projected ? hidden : width,
      prefix_projection: projected,
    }),
  }
}

export const method: Method = {
  id: 'prefix_tuning',
  label: 'Prefix tuning',
  order: 30,
  group: 'Prefix',
  summary: 'Trains keys and values that stand before the text in every layer; the model itself stays as it is.',
  paper: 'https://arxiv.org/abs/2101.00190',
  options,
  defaultLearningRate: 5e-2,
  startsAsBase: false,
  attach: (o, model) =>
    attachPrefix(
      {
        count: Number(o['num_virtual_tokens']),
        hidden: o['prefix_projection'] === true ? Number(o['encoder_hidden_size']) : 0,
        dropout: Number(o['dropout']),
        gated: o['use_gating'] === true,
      },
      model,
    ),
  fromPeft: (config, model) =>
    config['peft_type'] === 'PREFIX_TUNING'
      ? attachPrefix({ count: Number(config['num_virtual_tokens']), hidden: config['prefix_projection'] === true ? Number(config['encoder_hidden_size']) : 0 }, model)
      : undefined,
}
