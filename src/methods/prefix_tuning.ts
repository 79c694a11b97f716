// Prefix tuning: learned keys and values that every layer attends to before the first token. https://arxiv.org/abs/2101.00190
// With prefix_projection they come from a small network, which is dropped when the adapter is saved (as in PEFT).
import { sliceColumns } from '../ops/sliceColumns.ts'
import type { OptionSpecs } from '../protocol/options.ts'
import type { Attachment, Method, ModelOutline } from './method.ts'
import { EMBEDDING, oncePerGraph, promptConfig, runLayers, traceLayers, type Layer } from './promptEncoder.ts'

const options = {
  num_virtual_tokens: { kind: 'number', default: 16, min: 1, max: 1024, integer: true, label: 'num_virtual_tokens', help: 'Length of the prefix; more can say more and makes attention longer.' },
  prefix_projection: { kind: 'boolean', default: false, label: 'prefix_projection', help: 'Learn the prefix through a small network; steadier, and more to train.' },
  encoder_hidden_size: { kind: 'number', default: 128, min: 1, max: 8192, integer: true, advanced: true, label: 'encoder_hidden_size', help: 'Width of that network.' },
} as const satisfies OptionSpecs

/** @param hidden width of the network that makes the prefix; 0: the prefix itself is learned */
export function attachPrefix(count: number, hidden: number, model: ModelOutline): Attachment {
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
    return projected ? traceLayers(site, embedding, layers) : embedding
  })
  return {
    prefix: {
      count,
      keysValues(site) {
        const part = (i: number) => sliceColumns(site.graph, { x: all(site) }, { start: (2 * site.layer + i) * width, size: width }).y
        return { k: part(0), v: part(1) }
      },
    },
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
  defaultLearningRate: 1e-2,
  startsAsBase: false,
  attach: (o, model) => attachPrefix(Number(o['num_virtual_tokens']), o['prefix_projection'] === true ? Number(o['encoder_hidden_size']) : 0, model),
  fromPeft: (config, model) =>
    config['peft_type'] === 'PREFIX_TUNING'
      ? attachPrefix(Number(config['num_virtual_tokens']), config['prefix_projection'] === true ? Number(config['encoder_hidden_size']) : 0, model)
      : undefined,
}
