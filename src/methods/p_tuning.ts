// P-tuning: a learned prompt that a small network makes from learned embeddings. https://arxiv.org/abs/2103.10385
// The network is PEFT's PromptEncoder: three layers, or a bidirectional LSTM with two layers on top. It is dropped when the
// adapter is saved (as in PEFT): the file holds what it made.
import { Fault } from '../protocol/failure.ts'
import type { OptionSpecs } from '../protocol/options.ts'
import { runLstm, traceLstm, type Lstm } from './lstm.ts'
import type { Attachment, Method, ModelOutline } from './method.ts'
import { EMBEDDING, promptConfig, runLayers, traceLayers, type Layer } from './promptEncoder.ts'

const options = {
  num_virtual_tokens: { kind: 'number', default: 16, min: 1, max: 1024, integer: true, label: 'num_virtual_tokens', help: 'Length of the learned prompt.' },
  encoder_reparameterization_type: {
    kind: 'choice', default: 'MLP', label: 'Network', help: 'What makes the prompt.',
    choices: [{ value: 'MLP', label: 'MLP', help: 'Each virtual token by itself.' }, { value: 'LSTM', label: 'LSTM', help: 'The tokens in their order, both ways; slower.' }],
  },
  encoder_hidden_size: { kind: 'number', default: 128, min: 1, max: 8192, integer: true, label: 'encoder_hidden_size', help: 'Width of the network that makes it.' },
  encoder_num_layers: { kind: 'number', default: 2, min: 1, max: 8, integer: true, advanced: true, label: 'encoder_num_layers', help: 'Layers of the LSTM; the MLP always has three.' },
  encoder_dropout: { kind: 'number', default: 0, min: 0, max: 0.9, advanced: true, label: 'encoder_dropout', help: 'Share of what passes between the layers of the network that is zeroed at each step.' },
} as const satisfies OptionSpecs

interface Settings {
  readonly count: number
  readonly type: 'MLP' | 'LSTM'
  readonly hidden: number
  readonly layers: number
  readonly dropout: number
}

/** The LSTM is traced token by token: beyond this, a step would be mostly its launches. */
const MOST_STEPS = 256

function attach({ count, type, hidden, layers: depth, dropout }: Settings, model: ModelOutline): Attachment {
  const width = model.embedded
  if (type === 'LSTM' && count > MOST_STEPS)
    throw new Fault('bad-recipe', `The LSTM reads its tokens one after another, at most ${MOST_STEPS}, and num_virtual_tokens is ${count}.`, 'Use fewer virtual tokens, or the MLP.')
  const lstm: Lstm | undefined = type === 'LSTM' ? { key: 'prompt_encoder.lstm_head', in: width, hidden, layers: depth, dropout } : undefined
  const head = (i: number, from: number, to: number): Layer => ({ key: `prompt_encoder.mlp_head.${i}`, in: from, out: to })
  const layers: Layer[] = lstm
    ? [{ ...head(0, 2 * hidden, 2 * hidden), after: 'relu' }, head(2, 2 * hidden, width)]
    : [{ ...head(0, width, hidden), after: 'relu' }, { ...head(2, hidden, hidden), after: 'relu' }, head(4, hidden, width)]
  return {
    prompt: {
      count,
      embeddings(site) {
        const x = site.param(EMBEDDING, [count, width], { kind: 'normal', std: 1 })
        return traceLayers(site, lstm ? traceLstm(site, x, lstm) : x, layers, dropout)
      },
    },
    saved(read) {
      const x = read(EMBEDDING)!
      const data = runLayers(read, lstm ? runLstm(read, x, count, lstm) : x, count, layers)
      return new Map([['prompt_embeddings', { shape: [count, width], data }]])
    },
    adapterConfig: (baseModel) => ({
      ...promptConfig(baseModel, 'P_TUNING', count, width, model.attention.heads, model.layers),
      encoder_dropout: dropout,
      encoder_hidden_size: hidden,
      encoder_num_layers: depth,
      encoder_reparameterization_type: type,
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
  defaultLearningRate: 5e-3,
  startsAsBase: false,
  attach: (o, model) =>
    attach(
      {
        count: Number(o['num_virtual_tokens']),
        type: o['encoder_reparameterization_type'] as Settings['type'],
        hidden: Number(o['encoder_hidden_size']),
        layers: Number(o['encoder_num_layers']),
        dropout: Number(o['encoder_dropout']),
      },
      model,
    ),
  fromPeft(config, model) {
    if (config['peft_type'] !== 'P_TUNING') return undefined
    return attach(
      {
        count: Number(config['num_virtual_tokens']),
        type: config['encoder_reparameterization_type'] === 'LSTM' ? 'LSTM' : 'MLP',
        hidden: Number(config['encoder_hidden_size']),
        layers: Number(config['encoder_num_layers'] ?? 2),
        dropout: Number(config['encoder_dropout'] ?? 0),
      },
      model,
    )
  },
}
