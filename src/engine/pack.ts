// Numbers to and from the bytes a GPU buffer holds, per storage type.
import { packBlocks, unpackBlocks } from '../graph/packBlocks.ts'
import { sizeOf } from '../graph/shape.ts'
import type { DType, Tensor } from '../graph/tensor.ts'
import { bf16ToF32, f16ToF32, f32ToBf16, f32ToF16 } from '../lib/halfFloat.ts'
import { Fault } from '../protocol/failure.ts'

/** 16-bit values are padded with a zero to whole words. */
export function packValues(values: ArrayLike<number>, dtype: DType): Uint8Array<ArrayBuffer> {
  switch (dtype) {
    case 'f32':
      return new Uint8Array(Float32Array.from(values).buffer)
    case 'i32':
      return new Uint8Array(Int32Array.from(values).buffer)
    case 'u32':
      return new Uint8Array(Uint32Array.from(values).buffer)
    case 'f16':
    case 'bf16': {
      const words = new Uint16Array(Math.ceil(values.length / 2) * 2)
      words.set((dtype === 'f16' ? f32ToF16 : f32ToBf16)(Float32Array.from(values)))
      return new Uint8Array(words.buffer)
    }
    case 'int8':
    case 'nf4':
    case 'nf4_double':
      return packBlocks(Float32Array.from(values), dtype)
    case 'q8_0':
    case 'q4_0':
    case 'q4_k':
    case 'q6_k':
      throw new Fault('internal', `Nothing is brought into ${dtype} blocks here.`, 'Upload the bytes of a file that has them.')
    default:
      return dtype satisfies never
  }
}

export function unpackValues(bytes: ArrayBuffer, t: Pick<Tensor, 'shape' | 'dtype'>): Float32Array | Int32Array | Uint32Array {
  const n = sizeOf(t.shape)
  switch (t.dtype) {
    case 'f32':
      return new Float32Array(bytes, 0, n)
    case 'i32':
      return new Int32Array(bytes, 0, n)
    case 'u32':
      return new Uint32Array(bytes, 0, n)
    case 'f16':
      return f16ToF32(new Uint16Array(bytes, 0, n))
    case 'bf16':
      return bf16ToF32(new Uint16Array(bytes, 0, n))
    default:
      return unpackBlocks(new Uint8Array(bytes), t.dtype, n)
  }
}
