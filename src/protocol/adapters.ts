// Adapters after training, as the page sees them: what is stored, what is on the GPU, and what can be made of them.
import type { Recipe } from './recipe.ts'
import type { NamedFile, Result } from './result.ts'

/** One adapter's share in an answer: 1 is as trained, 0 is not at all; numbers between and beyond mix live. */
export interface AdapterUse {
  /** A run's id, or the id of a stored adapter. */
  readonly id: string
  readonly weight: number
}

/** What storage keeps of an adapter that came from no run; its files lie beside it. */
export interface StoredAdapter {
  readonly id: string
  readonly name: string
  /** `loaded`: dropped as files. `combined`, `compressed`: made here of others. `emitted`: made by a hypernetwork. */
  readonly kind: 'loaded' | 'combined' | 'compressed' | 'emitted'
  readonly createdAt: number
  /** Ids of what it was made of. */
  readonly madeOf?: readonly string[]
  /** Labels of its methods, in order; several together are a union. */
  readonly methods: readonly string[]
  /** Largest rank of a LoRA; absent for other methods. */
  readonly rank?: number
  /** The base it was made for, as far as its files say. */
  readonly base: { readonly id: string; readonly sha256?: string }
  readonly trainableParameters: number
  /** Of its files. */
  readonly bytes: number
  /** Whether its weight may be any number; otherwise it is on (1) or off (0). */
  readonly mixable: boolean
  /** Whether it can be merged into weights, or one sentence why not. */
  readonly unmergeable?: string
  /** Whether it can be combined and compressed: a LoRA and nothing else. */
  readonly isLora: boolean
}

/** An adapter as the open base sees it. */
export interface AdapterInfo extends Omit<StoredAdapter, 'kind'> {
  /** `run`: trained here. */
  readonly kind: StoredAdapter['kind'] | 'run'
  /** One sentence why the open base cannot use it; absent when it fits, or while no base is open. */
  readonly misfit?: string
  /** Names of the tasks that it makes adapters for: see `emitAdapter`. */
  readonly tasks?: readonly string[]
  /** Whether `emitAdapter` takes the description of a new task. */
  readonly readsDescriptions?: boolean
  /** Bytes of its values on the GPU now; 0 while it is not loaded. */
  readonly gpuBytes: number
  /** It is merged into the mounted weights now, so that every answer has it. */
  readonly merged: boolean
}

/**
 * As PEFT's add_weighted_adapter; `cat` with weights of 1 is a stack. `average` is the mean by weight, whose ratio alone
 * counts: of what LoRA adapters add to the weights, and of the values in place for alike adapters of other methods.
 */
export type CombinationType =
  | 'linear'
  | 'cat'
  | 'svd'
  | 'ties'
  | 'ties_svd'
  | 'dare_linear'
  | 'dare_ties'
  | 'dare_linear_svd'
  | 'dare_ties_svd'
  | 'magnitude_prune'
  | 'magnitude_prune_svd'
  | 'average'

export interface CombineRequest {
  readonly name: string
  readonly adapters: readonly AdapterUse[]
  readonly type: CombinationType
  /** Share of values kept by ties, dare and magnitude_prune, 0 to 1. */
  readonly density?: number
  /** How ties elects signs. */
  readonly majoritySign?: 'total' | 'frequency'
  /** Rank of the result, for the svd types; the largest of the parts when absent. */
  readonly rank?: number
  /** Of dare's draws. */
  readonly seed?: number
}

export interface CompressRequest {
  readonly id: string
  /** Of the result; layers whose rank is lower keep it. */
  readonly rank: number
  readonly name: string
  /** How the open dataset is split and rendered for the loss; without it no loss is measured. */
  readonly recipe?: Recipe
}

export interface Compressed {
  readonly adapter: AdapterInfo
  /** Mean loss in nats per trained token over the open dataset's validation rows; absent where no dataset is open. */
  readonly loss?: { readonly before: number; readonly after: number; readonly tokens: number; readonly rows: number }
  /** Share of the squared singular values of all updates that stays, 0 to 1. */
  readonly keptEnergy: number
  readonly bytesBefore: number
  readonly bytesAfter: number
}

/** `gguf` is a LoRA for llama.cpp. */
export type AdapterFormat = 'peft' | 'gguf'
/** A Hugging Face folder, or one file for llama.cpp: with halves, with 8-bit blocks, or with the blocks of a GGUF base but where adapters changed them, in 8 bits. */
export type MergedFormat = 'huggingface' | 'gguf-f16' | 'gguf-q8_0' | 'gguf-base'

export interface Exported {
  readonly name: string
  /** One zip, or the GGUF file itself. */
  readonly zip: Blob
  /** What a person should know of how other programs run it. */
  readonly remarks?: readonly string[]
}

/** What the page may ask about adapters; a part of `Studio`. */
export interface AdapterShelf {
  /** The answer in flight goes on with these from its next token. */
  switchAdapters(answerId: string, adapters: readonly AdapterUse[]): Promise<Result<true>>
  /** Adapters of runs and all others that are stored, newest first. */
  adapters(): Promise<Result<readonly AdapterInfo[]>>
  /** A dropped folder or one zip, saved by this studio, by PEFT or by AdapterHub. Needs an open base; keeps it in storage. */
  loadAdapter(files: readonly NamedFile[]): Promise<Result<AdapterInfo>>
  renameAdapter(id: string, name: string): Promise<Result<AdapterInfo>>
  /** A run's adapter goes with its run: see `deleteRun`. */
  deleteAdapter(id: string): Promise<Result<true>>
  /** Puts values on the GPU and records decoding for these together, so that asking with them starts at once. */
  prepareAdapters(adapters: readonly AdapterUse[]): Promise<Result<true>>
  /** Frees what `prepareAdapters` or an answer put on the GPU; answers the bytes. */
  unloadAdapter(id: string): Promise<Result<number>>
  combineAdapters(request: CombineRequest): Promise<Result<AdapterInfo>>
  /** A LoRA of lower rank, by SVD, kept as a new adapter. */
  compressAdapter(request: CompressRequest): Promise<Result<Compressed>>
  /** Merges into the mounted weights, replacing an earlier merge; none restores the base bit for bit. Training restores it first. */
  mergeAdapters(adapters: readonly AdapterUse[]): Promise<Result<true>>
  /** An ordinary LoRA made by a hypernetwork, kept as a new adapter. `task`: one of its tasks by name, or the description of a new one. */
  emitAdapter(id: string, task: string): Promise<Result<AdapterInfo>>
  /** The adapter's folder as one zip, unless said otherwise. */
  exportAdapter(id: string, format?: AdapterFormat): Promise<Result<Exported>>
  /** The base with these merged in: a model folder in the base's own types, as one zip, unless said otherwise. */
  exportMerged(adapters: readonly AdapterUse[], name: string, format?: MergedFormat): Promise<Result<Exported>>
}
