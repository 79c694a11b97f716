// A tensor is a description: shape, storage type and where its bytes come from. It holds no bytes and no GPU object.
import { blockLayout, isBlockType, type BlockType } from './blocks.ts'
import { sizeOf, type Shape } from './shape.ts'

/** f16 and bf16 are packed two to a 32-bit word, as in the checkpoint, blocks as they say; arithmetic is always f32. */
export type DType = 'f32' | 'f16' | 'bf16' | BlockType | 'i32' | 'u32'

/**
 * - `input`: written by the host before a replay (batch, hyperparameters)
 * - `weight`: frozen, from the checkpoint
 * - `state`: lives across replays and may be updated in place (flat parameters, moments, key/value cache)
 * - `constant`: host data fixed at trace time (rotary tables)
 * - `value`: made by a node; the planner decides where it lives
 */
export type Kind = 'input' | 'weight' | 'state' | 'constant' | 'value'

export interface Tensor {
  readonly id: number
  readonly shape: Shape
  readonly dtype: DType
  readonly kind: Kind
  /** Checkpoint path for weights, a role for the rest; unique among non-values of a graph. */
  readonly name: string
  /** A window into another tensor's bytes: no copy, same storage, `offset` in elements. */
  readonly view?: { readonly of: Tensor; readonly offset: number }
  /** For constants. */
  readonly data?: Float32Array | Int32Array
}

/** Bytes in GPU memory, rounded up to whole 32-bit words. */
export function bytesOf(t: Pick<Tensor, 'shape' | 'dtype'>): number {
  const n = sizeOf(t.shape)
  if (isBlockType(t.dtype)) return blockLayout(t.dtype, t.shape).words * 4
  return t.dtype === 'f16' || t.dtype === 'bf16' ? Math.ceil(n / 2) * 4 : n * 4
}

/** The tensor that owns the bytes, and the offset into it in elements. */
export function storageOf(t: Tensor): { tensor: Tensor; offset: number } {
  let offset = 0
  let at = t
  while (at.view) {
    offset += at.view.offset
    at = at.view.of
  }
  return { tensor: at, offset }
}
