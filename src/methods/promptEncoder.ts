// What prompt methods share: parameters of PEFT's prompt encoders, and a two- or three-layer network both as graph nodes and
// as plain loops, because files hold the encoder's output and not its weights.
import type { Graph } from '../graph/graph.ts'
import type { Tensor } from '../graph/tensor.ts'
import { activation, type Activation } from '../ops/activation.ts'
import { matmul } from '../ops/matmul.ts'
import type { ReadParam, Site } from './method.ts'

export interface Layer {
  /** `prompt_encoder.transform.0` */
  readonly key: string
  readonly in: number
  readonly out: number
  /** After the layer; the last one has none. */
  readonly after?: Activation
}

/** What an encoder is traced with. */
export type EncoderSite = Pick<Site, 'graph' | 'param' | 'dropout'>

/** x (P, in) through the layers; between them, a share of what passes is zeroed while training. */
export function traceLayers(site: EncoderSite, x: Tensor, layers: readonly Layer[], dropout = 0): Tensor {
  return layers.reduce((y, { key, in: inner, out, after }) => {
    // torch.nn.Linear's own start: weight and bias uniform within 1/√in.
    const init = { kind: 'uniform', bound: 1 / Math.sqrt(inner) } as const
    const w = site.param(`${key}.weight`, [out, inner], init)
    const bias = site.param(`${key}.bias`, [out], init)
    const z = matmul(site.graph, { a: y, b: w, bias }, { transA: false, transB: true, alpha: 1 }).y
    return after ? site.dropout(activation(site.graph, { x: z }, { kind: after }).y, dropout) : z
  }, x)
}

/** The same in plain loops, on values read back. */
export function runLayers(read: ReadParam, x: Float32Array, rows: number, layers: readonly Layer[]): Float32Array {
  let y = x
  for (const { key, in: inner, out, after } of layers) {
    const [w, bias] = [read(`${key}.weight`)!, read(`${key}.bias`)!]
    const z = new Float32Array(rows * out)
    for (let r = 0; r < rows; r++)
      for (let o = 0; o < out; o++) {
        let sum = bias[o]
        for (let i = 0; i < inner; i++) sum += y[r * inner + i] * w[o * inner + i]
        z[r * out + o] = after === 'relu' ? Math.max(0, sum) : after === 'tanh' ? Math.tanh(sum) : sum
      }
    y = z
  }
  return y
}

/** Traces once per graph, however many layers ask. */
export function oncePerGraph(trace: (site: EncoderSite) => Tensor): (site: EncoderSite) => Tensor {
  const known = new WeakMap<Graph, Tensor>()
  return (site) => {
    let t = known.get(site.graph)
    if (!t) {
      t = trace(site)
      known.set(site.graph, t)
    }
    return t
  }
}

export const EMBEDDING = 'prompt_encoder.embedding.weight'

/** Entries that every prompt method's adapter_config.json has. */
export const promptConfig = (baseModel: string, peftType: string, count: number, tokenDim: number, heads: number, layers: number): Record<string, unknown> => ({
  base_model_name_or_path: baseModel,
  inference_mode: true,
  num_attention_heads: heads,
  num_layers: layers,
  num_transformer_submodules: 1,
  num_virtual_tokens: count,
  peft_type: peftType,
  revision: null,
  task_type: 'CAUSAL_LM',
  token_dim: tokenDim,
})
