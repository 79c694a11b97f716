// The contract of a fine-tuning method: one file that declares its options and hooks into the sites a family calls.
// A method sees tensors and sites; never a dtype, a family or a device, and `base(x)` is opaque to it.
import type { Graph } from '../graph/graph.ts'
import type { Shape } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { MethodGroup } from '../protocol/methodGroup.ts'
import type { TaskType } from '../protocol/taskType.ts'
import type { OptionSpecs, OptionValue } from '../protocol/options.ts'
import type { TaskText } from '../protocol/tasks.ts'

/** How a fresh parameter starts. `checkpoint` copies a base tensor. */
export type Init =
  | { readonly kind: 'zeros' }
  | { readonly kind: 'ones' }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'normal'; readonly std: number }
  | { readonly kind: 'checkpoint'; readonly name: string }
  /** Rows of a base table of that width, drawn at random. */
  | { readonly kind: 'sampled rows'; readonly name: string; readonly width: number }
  /** These rows of a base table of that width, over and over until all are filled. */
  | { readonly kind: 'rows'; readonly name: string; readonly width: number; readonly ids: readonly number[] }
  /** L2 norm of every output's weights, of a base matrix stored as given. */
  | { readonly kind: 'row norms'; readonly name: string; readonly stored: '[out,in]' | '[in,out]' }
  /** A factor of what leads a base matrix W (out, in), with scaling · B · A as that part: src/methods/loraStart.ts. */
  | {
      readonly kind: 'leading part'
      readonly of: 'pissa' | 'olora'
      readonly part: 'A' | 'B'
      readonly name: string
      readonly in: number
      readonly out: number
      readonly stored: '[out,in]' | '[in,out]'
      readonly rank: number
      readonly scaling: number
      readonly iterations?: number
    }
  /** What the frozen base makes of these texts, a row of its width each. */
  | { readonly kind: 'texts'; readonly texts: readonly string[] }

export interface ParamOptions {
  /** The graph uses the transpose of what files store. */
  readonly transposed?: boolean
  /** Made once and saved with the adapter, but never trained. */
  readonly frozen?: boolean
}

export interface Site {
  readonly graph: Graph
  /** Module path in the checkpoint: `model.layers.0.self_attn.q_proj`. */
  readonly path: string
  /** False while generating or evaluating: no dropout. */
  readonly training: boolean
  /** A trainable tensor under its PEFT key. Shape is the file's; f32. */
  param(name: string, shape: Shape, init: Init, options?: ParamOptions): Tensor
  /** Zeroes elements with probability p, a fresh draw every step; the identity unless training. */
  dropout(x: Tensor, p: number): Tensor
}
export interface LinearSite extends Site {
  readonly in: number
  readonly out: number
  readonly stored: '[out,in]' | '[in,out]'
  /** Checkpoint name of the matrix. */
  readonly weightName: string
  /** The base's own tensors, for methods whose maths needs them. */
  weight(): Tensor
  bias(): Tensor | undefined
  /**
   * There where rows count the update by weights of their own. A method whose update is linear in a narrow tensor (N, …) passes
   * that through, and is then not weighed by its outcome: that costs less.
   */
  weigh?(narrow: Tensor): Tensor
}
export interface EmbeddingSite extends Site {
  readonly vocabulary: number
  readonly width: number
  /** Id whose row takes no gradient; -1 for none. */
  readonly padding: number
  /** (N) i32 */
  readonly ids: Tensor
}

/** A part of a layer whose output joins the residual stream. */
export interface SublayerSite extends Site {
  readonly layer: number
  /** `model.layers.0` */
  readonly layerPath: string
  readonly part: 'attention' | 'mlp'
  /** Module below which AdapterHub keeps this part's adapters. */
  readonly adapters: string
  /** The model's own norm of h + x, where it normalises after each part; the identity elsewhere. */
  norm(sum: Tensor): Tensor
  /** Channels of the residual stream. */
  readonly width: number
  scale(x: Tensor, factor: number): Tensor
}

/** One layer's attention. */
export interface KeysSite extends Site {
  readonly layer: number
}

/** The flat buffers of all trainable tensors, while a step's update is traced. */
export interface PenaltySite {
  readonly graph: Graph
  /** Where each tensor lies in them, by key, as files store it (transposed where it says so). */
  readonly windows: ReadonlyMap<string, { readonly offset: number; readonly shape: Shape }>
  readonly values: Tensor
  readonly gradient: Tensor
  /** Steps of the run, where they are known. */
  readonly steps: number | undefined
}
export interface UpdateSite extends PenaltySite {
  /** (1) number of the step, from 0 */
  readonly step: Tensor
  /** AdamW's numbers: src/ops/adamw.ts says which. */
  readonly hyper: Tensor
  /** (1) of the gradient, before clipping */
  readonly norm: Tensor
  /** Numbers that last from step to step, zeros at first; they are part of a checkpoint. */
  state(name: string, length: number): Tensor
}

/** What a method knows of the model before it attaches. */
export interface ModelOutline {
  readonly modelType: string
  /** Class that transformers loads the model with. */
  readonly architecture: string
  readonly taskType: TaskType
  /** Paths of all linear layers, in order of use; the head is the last. */
  readonly linears: readonly string[]
  readonly linearSizes: ReadonlyMap<string, { readonly in: number; readonly out: number }>
  readonly embeddings: readonly string[]
  /** Paths of normalisation layers. */
  readonly norms: readonly string[]
  readonly head: string
  /** Names of all base tensors. */
  readonly tensors: readonly string[]
  /** Those of its head that the checkpoint lacks, so that they start anew; unsaid: none is known of. */
  readonly missing?: readonly string[]
  /** Default targets of the family. */
  readonly targets: readonly string[]
  readonly layers: number
  /** Channels of the residual stream. */
  readonly hidden: number
  /** Channels of token embeddings, which prompts stand among. */
  readonly embedded: number
  readonly attention: { readonly heads: number; readonly kvHeads: number; readonly headSize: number }
  /** Whether some layer stores [in, out] (GPT-2's Conv1D). */
  readonly conv1d: boolean
  /** Ids of a text as the model reads it, special tokens included; absent where only a config is known. */
  tokenize?(text: string): readonly number[]
}

/** Base tensors by name, read back as f32 in the file's layout. */
export type ReadParam = (name: string) => Float32Array | undefined

/** An ordinary adapter that a method made: its files' tensors by key, and what they attach as. */
export interface Emitted {
  readonly attachment: Attachment
  readonly tensors: ReadonlyMap<string, { readonly shape: Shape; readonly data: Float32Array<ArrayBuffer> }>
}

/** How src/files/load_adapter.py applies tensors.safetensors. */
export type OwnConfig =
  /** Values that stand in the base's place, under its own names. */
  | { readonly type: 'tensors' }
  /** LoRA whose update passes a gate; scaling by module path. */
  | { readonly type: 'gated_lora'; readonly scaling: Readonly<Record<string, number>> }
  /** A prefix that every token mixes in by a gate. */
  | { readonly type: 'gated_prefix'; readonly num_virtual_tokens: number; readonly num_key_value_heads: number }

/** A method with its options fixed, on one model. */
export interface Attachment {
  /** The method's id. */
  readonly name?: string
  linear?(site: LinearSite, x: Tensor, base: (x: Tensor) => Tensor): Tensor
  embedding?(site: EmbeddingSite, base: () => Tensor): Tensor
  /** Virtual tokens in front of every sequence: their embeddings (count, C). */
  readonly prompt?: { readonly count: number; embeddings(site: Site): Tensor }
  /** Virtual tokens that exist as keys and values only, (count, Hkv·D) each; keys are not rotated. */
  readonly prefix?: {
    readonly count: number
    keysValues(site: KeysSite): { readonly k: Tensor; readonly v: Tensor }
    /** What becomes of attention that sees the prefix and attention that does not, (N, H·D) both; unsaid: the first. */
    mix?(site: KeysSite, seen: Tensor, without: Tensor): Tensor
  }
  /** What joins the residual stream h (N, C) instead of the part's output x (N, C). */
  sublayer?(site: SublayerSite, h: Tensor, x: Tensor): Tensor
  /** Key under which a base tensor trains, or undefined while it is frozen. */
  trains?(name: string): string | undefined
  /** W (stored layout) and the bias, changed in place, become the merged ones. */
  merge?(site: Pick<LinearSite, 'path' | 'in' | 'out' | 'stored'>, w: Float32Array, read: ReadParam, bias?: Float32Array): void
  /** Tensors of the adapter file, where they are not the trained ones themselves. */
  saved?(read: ReadParam, keys: readonly string[], shapeOf: (key: string) => Shape): ReadonlyMap<string, { readonly shape: Shape; readonly data: Float32Array }>
  /** adapter_config.json; undefined when PEFT has no type for it. `run` is known where an adapter is written. */
  adapterConfig?(baseModel: string, run?: { readonly steps: number; readonly read: ReadParam }): Record<string, unknown>
  /** adapter_config.json where no library has a type for it: what load_adapter.py needs to know beside the trained tensors. */
  ownConfig?(): OwnConfig
  /** The adapter is AdapterHub's, not PEFT's: its tensors go to adapter.safetensors. */
  readonly adapterHub?: boolean
  /** Multiplies the learning rate of a trained tensor (LoRA+). */
  lrScale?(key: string): number
  /** A term of the loss that depends on the trained tensors alone: adds its gradient to `site.gradient`, answers its value (1). */
  penalise?(site: PenaltySite): Tensor | undefined
  /** What happens to the trained tensors after every update; `site.gradient` is a copy of the step's, not clipped. */
  updated?(site: UpdateSite): void
  /** load_adapter.py of the export: a Python program that loads what no library reads, and says what each tensor is. */
  readonly loader?: string
  /** The tasks it tells apart, and the rows of its task table that stand for each, the first of them while evaluating. */
  readonly tasks?: readonly (TaskText & { readonly rows: readonly number[] })[]
  /** An ordinary adapter for a row of its task table, or for what the base makes of a new description (C). */
  emit?(read: ReadParam, task: number | Float32Array): Emitted
}

export interface Method {
  /** Persisted id; equals the file name. */
  readonly id: string
  readonly label: string
  /** Place in lists: lower comes first. */
  readonly order: number
  readonly group: MethodGroup
  /** One sentence for the page. */
  readonly summary: string
  readonly paper: string
  readonly options: OptionSpecs
  /** Works without tuning on the bundled samples. */
  readonly defaultLearningRate: number
  /** Whether a fresh adapter leaves the base's answers as they are, bit for bit. */
  readonly startsAsBase: boolean
  /** @param tasks those of the recipe; none where it has one dataset */
  attach(options: Readonly<Record<string, OptionValue>>, model: ModelOutline, tasks?: readonly TaskText[]): Attachment
  /** The attachment an adapter_config.json describes; undefined when it is another method's. */
  fromPeft?(config: Readonly<Record<string, unknown>>, model: ModelOutline): Attachment | undefined
}
