// The eight numbers an AdamW step reads, computed in double precision: see ops/adamw.ts for their order.
export interface AdamwOptions {
  readonly beta1: number
  readonly beta2: number
  readonly eps: number
  /** 0 turns clipping off. */
  readonly maxGradNorm: number
}

/** A row for each number of updates before which tensors began to train: they count their own from there. */
export function adamwRows(o: AdamwOptions, learningRate: number, t: number, since: readonly number[]): Float32Array<ArrayBuffer> {
  return Float32Array.from(since.flatMap((s) => [...adamwHyper(o, learningRate, t - s)]))
}

/** @param t number of the update, from 1 */
export function adamwHyper(o: AdamwOptions, learningRate: number, t: number): Float32Array<ArrayBuffer> {
  return Float32Array.of(learningRate, o.beta1, o.beta2, o.eps, 1 / (1 - o.beta1 ** t), 1 / Math.sqrt(1 - o.beta2 ** t), o.maxGradNorm, 0)
}
