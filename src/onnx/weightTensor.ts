// A checkpoint's tensor as an ONNX tensor in the type that the graph wants, converted chunk by chunk while it is written.
import { toF32 } from '../files/dtype.ts'
import { elementBytes, type OnnxTensor } from '../files/onnx/onnxModel.ts'
import type { TensorEntry } from '../files/modelFolder.ts'
import { f32ToF16 } from '../lib/halfFloat.ts'

export type FloatType = 'float' | 'float16'

/** Types whose stored bytes are the numbers themselves; others are read whole, one tensor at a time. */
const PLAIN = new Set(['F64', 'F32', 'F16', 'BF16'])
const STORED_AS: Readonly<Record<FloatType, string>> = { float: 'F32', float16: 'F16' }

/** @param name as the forward pass calls it */
export function weightTensor(name: string, entry: TensorEntry, type: FloatType): OnnxTensor {
  const { shape, dtype } = entry
  const narrowed = (values: Float32Array<ArrayBuffer>): Uint8Array => new Uint8Array((type === 'float' ? values : f32ToF16(values)).buffer)
  return {
    name,
    type,
    shape,
    size: shape.reduce((n, d) => n * d, elementBytes[type]),
    async *stream() {
      if (dtype === STORED_AS[type]) yield* entry.stream()
      else if (PLAIN.has(dtype)) for await (const chunk of entry.stream()) yield narrowed(toF32(chunk, dtype, name))
      else yield narrowed(await entry.readF32())
    },
  }
}
