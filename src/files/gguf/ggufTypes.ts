// Types of the GGUF format, version 3: of metadata values and of tensor elements, which come in blocks.
// https://github.com/ggml-org/ggml/blob/master/docs/gguf.md

export const GGUF_VERSION = 3
/** Of tensors in the file, unless its metadata says otherwise. */
export const GGUF_ALIGNMENT = 32

/** Ids of metadata types; an array is one of these with its type's id before it. */
export const valueTypes = { u8: 0, i8: 1, u16: 2, i16: 3, u32: 4, i32: 5, f32: 6, bool: 7, string: 8, u64: 10, i64: 11, f64: 12 } as const
export const ARRAY_TYPE = 9
export type ValueType = keyof typeof valueTypes

export type Scalar = number | boolean | string
export interface GgufValue {
  readonly type: ValueType
  /** A list is written as an array of the type. */
  readonly value: Scalar | readonly Scalar[]
}
export type GgufMetadata = ReadonlyMap<string, GgufValue>

/** Tensor types that are read here; `block` elements take `bytes`. */
export const tensorTypes = {
  F32: { id: 0, block: 1, bytes: 4 },
  F16: { id: 1, block: 1, bytes: 2 },
  Q4_0: { id: 2, block: 32, bytes: 18 },
  Q8_0: { id: 8, block: 32, bytes: 34 },
  Q4_K: { id: 12, block: 256, bytes: 144 },
  Q6_K: { id: 14, block: 256, bytes: 210 },
  BF16: { id: 30, block: 1, bytes: 2 },
} as const
export type TensorType = keyof typeof tensorTypes

/** Bytes of a tensor; its rows hold whole blocks. */
export function tensorBytes(type: TensorType, shape: readonly number[]): number {
  const { block, bytes } = tensorTypes[type]
  return (shape.reduce((n, d) => n * d, 1) / block) * bytes
}
