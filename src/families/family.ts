// The contract of a model family: one file, named by Hugging Face `model_type`, that reads a config and writes the forward
// pass with checkpoint paths. Tracing it is the weight manifest. It never sees a method, a dtype or a device.
import type { Graph } from '../graph/graph.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Activation } from '../ops/activation.ts'
import type { JsonObject } from '../protocol/record.ts'
import type { TaskType } from '../protocol/taskType.ts'
import type { RotaryTable } from './rotary.ts'

export interface Dimensions {
  readonly hidden: number
  /** Channels of token embeddings, where they are not those of the layers. */
  readonly embedded?: number
  readonly vocabulary: number
  readonly layers: number
  readonly contextLength: number
  readonly taskType: TaskType
  /** Logits of a row: words of the vocabulary, or classes. */
  readonly outputs: number
}

export interface AttentionShape {
  readonly heads: number
  readonly kvHeads: number
  readonly headSize: number
  /** Softmax temperature; headSize^-0.5 unless the family says otherwise. */
  readonly scale: number
  /** Keys further back than this are hidden; 0 is no limit. */
  readonly window: number
  /** Scores s become softcap · tanh(s / softcap) before the softmax. */
  readonly softcap?: number
  /** False where every token sees the whole text; true unless said. */
  readonly causal?: boolean
}

export interface LinearShape {
  readonly out: number
  readonly bias: boolean
  /** How the checkpoint stores the matrix: PyTorch's Linear is [out, in], GPT-2's Conv1D [in, out]. */
  readonly stored?: '[out,in]' | '[in,out]'
  /** Checkpoint name of a matrix shared with another layer (a tied head). */
  readonly sharedWith?: string
}

/** What a forward pass is written with. Activations are flat: (B·T, C). Paths are checkpoint paths without `.weight`. */
export interface Model {
  readonly graph: Graph
  /** (B·T) i32 */
  readonly tokens: Tensor
  /** (B·T) i32 */
  readonly positions: Tensor
  /** (B·T) i32: 1 for the second text of a pair, 0 otherwise. */
  readonly tokenTypes: Tensor
  /**
   * @param padding id whose row takes no gradient, as torch's padding_idx; -1 for none
   * @param factor what every embedding is multiplied by
   */
  embedding(path: string, ids: Tensor, vocabulary: number, width: number, padding: number, factor?: number): Tensor
  linear(path: string, x: Tensor, shape: LinearShape): Tensor
  /** @param offset added to the stored weight: 1 for Gemma, whose checkpoints store w − 1 */
  rmsNorm(path: string, x: Tensor, eps: number, offset?: number): Tensor
  layerNorm(path: string, x: Tensor, eps: number): Tensor
  rotary(table: RotaryTable, x: Tensor, heads: number): Tensor
  attention(layer: number, q: Tensor, k: Tensor, v: Tensor, shape: AttentionShape): Tensor
  activation(kind: Activation, x: Tensor): Tensor
  gated(kind: Activation, gate: Tensor, up: Tensor): Tensor
  /** The same numbers as rows of so many columns: (N, C) → (N·C/columns, columns); heads apart, and together again. */
  reshape(x: Tensor, columns: number): Tensor
  scale(x: Tensor, factor: number): Tensor
  /** cap · tanh(x / cap) */
  softcap(x: Tensor, cap: number): Tensor
  /** ids + by, for tables whose first rows are reserved. */
  shifted(ids: Tensor, by: number): Tensor
  /** One part of q/k/v packed side by side: columns start … start+size. */
  columns(x: Tensor, start: number, size: number): Tensor
  /**
   * h + branch, where methods may act on the branch. `layerPath` is the checkpoint path of the whole layer, `adapters` the module
   * below which AdapterHub keeps bottleneck adapters: {layerPath}.attention_adapters or .output_adapters unless said. `norm` is
   * what the caller does to the sum, in families that normalise after each part.
   */
  residual(at: ResidualSite, h: Tensor, branch: Tensor): Tensor
  add(a: Tensor, b: Tensor): Tensor
}

export interface ResidualSite {
  readonly layer: number
  readonly layerPath: string
  readonly part: 'attention' | 'mlp'
  readonly adapters?: string
  norm?(sum: Tensor): Tensor
}

export interface Forward {
  /** (B·T, C), after the final norm. */
  readonly hidden: Tensor
  /** Any rows of hidden states → their logits (rows, V). May be called for several stretches of rows. */
  head(rows: Tensor): Tensor
}

export interface Family<C = unknown> {
  /** Hugging Face `model_type`; equals the file name. */
  readonly id: string
  /** Class that transformers loads it with, where its config names none. */
  readonly architecture: string
  /** False where transformers has no model of this type that labels words. */
  readonly labelsWords?: false
  /** Which token's state stands for a whole sequence; the last unless said. */
  readonly pooled?: 'first' | 'last'
  /** Reads config.json; throws one `bad-model` sentence for what it cannot run. */
  config(json: JsonObject): C
  dimensions(config: C): Dimensions
  forward(m: Model, config: C): Forward
  /** Default LoRA targets, as in PEFT's mapping for this model type. */
  readonly targets: readonly string[]
  /** Names to look for in a checkpoint, best first, when they differ from the traced one. */
  aliases?(name: string): readonly string[]
}
