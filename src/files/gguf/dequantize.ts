// GGUF's blocks as 32-bit floats, bit for bit as ggml's reference reads them: every product in float32, in its order.
// Layouts: https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h
import { f16ToF32 } from '../../lib/halfFloat.ts'
import { toF32 } from '../dtype.ts'
import { tensorTypes, type TensorType } from './ggufTypes.ts'

const { fround } = Math

/** Whole blocks. */
export function dequantize(bytes: Uint8Array, type: TensorType): Float32Array<ArrayBuffer> {
  if (type === 'F32' || type === 'F16' || type === 'BF16') return toF32(bytes, type)
  const { block, bytes: size } = tensorTypes[type]
  const blocks = bytes.length / size
  const out = new Float32Array(blocks * block)
  for (let b = 0; b < blocks; b++) readers[type](bytes.subarray(b * size, (b + 1) * size), out.subarray(b * block, (b + 1) * block))
  return out
}

type BlockReader = (from: Uint8Array, to: Float32Array) => void

const half = (from: Uint8Array, at: number): number => halves[from[at] | (from[at + 1] << 8)]
const halves = f16ToF32(Uint16Array.from({ length: 65_536 }, (_, i) => i))
const signed = (byte: number): number => (byte << 24) >> 24

const readers: Readonly<Record<Exclude<TensorType, 'F32' | 'F16' | 'BF16'>, BlockReader>> = {
  Q8_0(from, to) {
    const d = half(from, 0)
    for (let i = 0; i < 32; i++) to[i] = signed(from[2 + i]) * d
  },

  /** Sixteen bytes: the low halves are the first sixteen values, the high ones the rest. */
  Q4_0(from, to) {
    const d = half(from, 0)
    for (let i = 0; i < 16; i++) {
      to[i] = d * ((from[2 + i] & 15) - 8)
      to[16 + i] = d * ((from[2 + i] >> 4) - 8)
    }
  },

  /** Eight groups of 32, each with a 6-bit scale and a 6-bit minimum. */
  Q4_K(from, to) {
    const [d, least] = [half(from, 0), half(from, 2)]
    for (let g = 0; g < 8; g++) {
      const scale = g < 4 ? from[4 + g] & 63 : (from[8 + g] & 15) | ((from[g] >> 6) << 4)
      const min = g < 4 ? from[8 + g] & 63 : (from[8 + g] >> 4) | ((from[4 + g] >> 6) << 4)
      const [ds, ms] = [fround(d * scale), fround(least * min)]
      const at = 16 + (g >> 1) * 32
      for (let i = 0; i < 32; i++) {
        const q = g % 2 === 0 ? from[at + i] & 15 : from[at + i] >> 4
        to[g * 32 + i] = fround(ds * q) - ms
      }
    }
  },

  /** Two halves of 128: four bits here, two there, and a signed scale for each 16 values. */
  Q6_K(from, to) {
    const d = half(from, 208)
    for (let i = 0; i < 256; i++) {
      const part = i >> 7
      const within = i & 127
      const quarter = within >> 5
      const low = from[part * 64 + (within & 63)]
      const high = (from[128 + part * 32 + (within & 31)] >> (2 * quarter)) & 3
      const q = ((quarter < 2 ? low & 15 : low >> 4) | (high << 4)) - 32
      to[i] = fround(d * signed(from[192 + (i >> 4)])) * q
    }
  },
}
