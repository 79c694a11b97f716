// ONNX exports and what onnxruntime makes of them, as the page sees it.
import type { AdapterUse } from './adapters.ts'
import type { NamedFile, Result } from './result.ts'

/** Of weights, matrix products and the cache. */
export type OnnxType = 'fp32' | 'fp16'
/** Where onnxruntime-web computes. */
export type OnnxProvider = 'wasm' | 'webgpu'

export interface OnnxRequest {
  readonly name: string
  /** Merged into the weights; none is the base itself. */
  readonly adapters: readonly AdapterUse[]
  readonly dtype: OnnxType
}

export interface OnnxExport {
  readonly name: string
  /** The folder that transformers.js and Optimum open. */
  readonly zip: Blob
  /** The files of the model itself, for `verifyOnnx`. */
  readonly model: readonly NamedFile[]
}

/** What the same weights say in onnxruntime-web and in this studio's own engine. */
export interface OnnxVerdict {
  readonly provider: OnnxProvider
  readonly dtype: OnnxType
  /** Of two logits for the same token at the same place. */
  readonly largestLogitDifference: number
  /** The largest magnitude of all logits, which the difference is to be judged by. */
  readonly largestLogit: number
  /** Logits that were compared, over all prompts. */
  readonly compared: number
  /** Whether every greedy answer is the same, token by token; of models of classes, whether every class is. */
  readonly sameText: boolean
  readonly answers: readonly { readonly prompt: string; readonly studio: string; readonly onnx: string }[]
}

/** What the page may ask about ONNX; a part of `Studio`. */
export interface OnnxShelf {
  /** The open base with these merged in, as an ONNX folder in one zip. */
  exportOnnx(request: OnnxRequest): Promise<Result<OnnxExport>>
  /** Opens what `exportOnnx` made in onnxruntime-web and compares it with the engine: logits of the prompts, and greedy answers. */
  verifyOnnx(request: OnnxRequest & { readonly model: readonly NamedFile[]; readonly prompts: readonly string[]; readonly provider: OnnxProvider }): Promise<Result<OnnxVerdict>>
}
