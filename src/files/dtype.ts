// Element types a safetensors file may hold, and their widening to 32-bit floats.
import { bf16ToF32, f16ToF32 } from '../lib/halfFloat.ts'
import { Fault } from '../protocol/failure.ts'

/** Bytes per element, in the order in which the reference writer sorts tensors. */
export const dtypeBytes = {
  U64: 8,
  I64: 8,
  F64: 8,
  F32: 4,
  U32: 4,
  I32: 4,
  BF16: 2,
  F16: 2,
  U16: 2,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const satisfies Record<string, number>

export type DType = keyof typeof dtypeBytes

export function isDType(name: unknown): name is DType {
  return typeof name === 'string' && Object.hasOwn(dtypeBytes, name)
}

/** Little-endian elements as 32-bit floats; only float types, because nothing else here is a weight. */
export function toF32(bytes: Uint8Array, dtype: DType, name = 'A tensor'): Float32Array<ArrayBuffer> {
  // A copy, because a view may start at an odd address.
  const buffer = bytes.slice().buffer
  if (dtype === 'F32') return new Float32Array(buffer)
  if (dtype === 'F16') return f16ToF32(new Uint16Array(buffer))
  if (dtype === 'BF16') return bf16ToF32(new Uint16Array(buffer))
  if (dtype === 'F64') return Float32Array.from(new Float64Array(buffer))
  throw new Fault(
    'bad-file',
    `${name} is stored as ${dtype}, where a float type (F32, F16, BF16, F64) was expected.`,
    'Convert it to a float type.',
  )
}
