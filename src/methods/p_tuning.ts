// P-tuning: a learned prompt that a small network makes from learned embeddings. https://arxiv.org/abs/2103.10385
// The network is dropped when the adapter is saved (as in PEFT): the file holds what it made.
import type { OptionSpecs } from '../protocol/options.ts'
import type { Attachment, Method, ModelOutline } from './method.ts'
import { EMBEDDING, promptConfig, runLayers, traceLayers, type Layer } from './promptEncoder.ts'

const options = {
  num_virtual_tokens: { kind: 'number', default: 16, min: 1, max: 1024, integer: true, label: 'num_virtual_tokens', help: 'Length of the learned prompt.' },
  encoder_hidden_size: { kind: 'number', default: 128, min: 1, max: 8192, integer: true, label: 'encoder_hidden_size', help: 'Width of the network that makes it.' },
} as const satisfies OptionSpecs

function attach(count: number, hidden: number, model: ModelOutline): Attachment {
  const width = model.hidden
  const layers: Layer[] = [
    { key: 'prompt_encoder.mlp_head.0', in: width, out: hidden, after: 'relu' },
    { key: 'prompt_encoder.mlp_head.2', in: hidden, out: hidden, after: 'relu' },
    { key: 'prompt_encoder.mlp_head.4', in: hidden, out: width },
  ]
  return {
    prompt: { count, embeddings: (site) => traceLayers(site, site.param(EMBEDDING, [count, width], { kind: 'normal', std: 1 }), layers) },
    saved: (read) => new Map([['prompt_embeddings', { shape: [count, width], data: runLayers(read, read(EMBEDDING)!, count, layers) }]]),
    adapterConfig: (baseModel) => ({
      ...promptConfig(baseModel, 'P_TUNING', count, width, model.attention.heads, model.layers),
      encoder_dropout: 0,
      encoder_hidden_size: hidden,
      encoder_num_layers: 2,
      encoder_reparameterization_type: 'MLP',
    }),
  }
}

export const method: Method = {
  id: 'p_tuning',
  label: 'P-tuning',
  order: 32,
  group: 'Prompts',
  summary: 'Trains a prompt through a small network, which learns faster than the bare prompt.',
  paper: 'https://arxiv.org/abs/2103.10385',
  options,
  defaultLearningRate: 1e-3,
  startsAsBase: false,
  attach: (o, model) => attach(Number(o['num_virtual_tokens']), Number(o['encoder_hidden_size']), model),
  fromPeft: (config, model) =>
    config['peft_type'] === 'P_TUNING' && config['encoder_reparameterization_type'] === 'MLP'
      ? attach(Number(config['num_virtual_tokens']), Number(config['encoder_hidden_size']), model)
      : undefined,
}
