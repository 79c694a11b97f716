// Another library beside ours, on the same adapter or in a process of its own: what it must be able to do to be timed.
import type { CpuClock } from '../interleave.ts'
import type { LoraSpec } from '../loraSpec.ts'

/** A computation whose inputs are on the GPU. */
export interface Work {
  /** Computes it `times` times and resolves when the GPU is done. */
  run(times: number): Promise<void>
  /** The result of one run, so that a time is quoted of a right answer only. */
  result(): Promise<Float32Array>
  dispose(): void
}

export interface Training {
  /** One step; resolves with its mean loss. */
  step(): Promise<number>
  /** Of a process of its own. */
  readonly cpu?: CpuClock
  /** Most bytes at once on a GPU that is not WebGPU's, where it can tell. */
  peakBytes?(): number | undefined
  dispose(): void
}

export interface AttentionSize {
  readonly batch: number
  readonly heads: number
  readonly length: number
  readonly headSize: number
}

export interface LossSize {
  readonly rows: number
  readonly width: number
  readonly vocabulary: number
}

export interface Peer {
  readonly name: string
  /** Its own; none where it does not use WebGPU. */
  readonly device?: GPUDevice
  /** Where it is no package of ours. */
  readonly version?: string
  /** Trains models of every family and size, not small ones of the llama family alone. */
  readonly anyModel?: boolean
  /** Largest relative difference of its losses from ours, where it computes in another type. */
  readonly lossTolerance?: number
  /** [M, K]·[K, N] */
  matmul?(M: number, K: number, N: number, a: Float32Array<ArrayBuffer>, b: Float32Array<ArrayBuffer>): Promise<Work>
  /**
   * Causal attention of q, k, v [batch, length, heads, headSize], output alike; with `backward` instead the gradients of the sum of
   * the output's squares, one after the other.
   */
  attention?(size: AttentionSize, qkv: readonly Float32Array<ArrayBuffer>[], backward: boolean): Promise<Work>
  /** The gradient of the mean cross-entropy at `hidden` [rows, width] through a head [vocabulary, width]. */
  loss?(size: LossSize, hidden: Float32Array<ArrayBuffer>, head: Float32Array<ArrayBuffer>, targets: Int32Array<ArrayBuffer>): Promise<Work>
  train?(spec: LoraSpec): Promise<Training>
}
