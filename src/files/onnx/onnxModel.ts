// An ONNX model as plain values: a graph of nodes that name what they read and make, and tensors that stream their bytes.
// https://github.com/onnx/onnx/blob/main/docs/IR.md
import type { StreamedPart } from './protobuf.ts'

/** Element types, by the numbers of TensorProto.DataType. */
export const elementTypes = { float: 1, int64: 7, bool: 9, float16: 10 } as const
export type ElementType = keyof typeof elementTypes
export const elementBytes: Readonly<Record<ElementType, number>> = { float: 4, int64: 8, bool: 1, float16: 2 }

export interface OnnxTensor extends StreamedPart {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly number[]
}

/** An input or an output: dimensions are numbers, or names of what is known when it runs. */
export interface OnnxValue {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly (number | string)[]
}

/** Whole numbers, a list of them, or `{ float }`. */
export type OnnxAttribute = number | readonly number[] | { readonly float: number }

export interface OnnxNode {
  readonly op: string
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, OnnxAttribute>>
}

export interface OnnxModel {
  /** Version of the standard operators. */
  readonly opset: number
  readonly producer: { readonly name: string; readonly version: string }
  readonly graph: {
    readonly name: string
    readonly inputs: readonly OnnxValue[]
    readonly outputs: readonly OnnxValue[]
    readonly nodes: readonly OnnxNode[]
    readonly tensors: readonly OnnxTensor[]
  }
}
