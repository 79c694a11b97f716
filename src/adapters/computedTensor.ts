// A tensor of a model folder that is computed from the file's whenever it is read, in the file's own type, rounded once.
import { toF32 } from '../files/dtype.ts'
import type { TensorEntry } from '../files/modelFolder.ts'
import { f32ToBf16, f32ToF16 } from '../lib/halfFloat.ts'

const CHUNK_BYTES = 4 * 2 ** 20

/**
 * @param change works in place on the tensor's values
 * @param widen keep F32 where the file has 16 bits
 */
export function computedTensor(entry: TensorEntry, name: string, widen: boolean, change: (w: Float32Array) => void): TensorEntry {
  const dtype = !widen && (entry.dtype === 'F16' || entry.dtype === 'BF16') ? entry.dtype : 'F32'
  const values = async (): Promise<Float32Array<ArrayBuffer>> => {
    const w = await entry.readF32()
    change(w)
    return w
  }
  const read = async (): Promise<Uint8Array<ArrayBuffer>> => {
    const w = await values()
    const kept = dtype === 'F32' ? w : dtype === 'F16' ? f32ToF16(w) : f32ToBf16(w)
    return new Uint8Array(kept.buffer)
  }
  return {
    name,
    dtype,
    shape: entry.shape,
    bytes: entry.shape.reduce((n, d) => n * d, dtype === 'F32' ? 4 : 2),
    read,
    // As the file will hold it: a 16-bit model computes with rounded weights.
    readF32: async () => (dtype === 'F32' ? values() : toF32(await read(), dtype, name)),
    async *stream() {
      const bytes = await read()
      for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.slice(at, at + CHUNK_BYTES)
    },
  }
}
