// Q8_0: 32 values share one scale, the largest magnitude over 127, kept as a half; each value is a signed byte. Bit for bit
// what ggml's reference quantiser makes: float32 steps, halves away from zero, and the scale rounded only when it is stored.
import { f32ToF16 } from '../../lib/halfFloat.ts'

const BLOCK = 32

/** Whole blocks of 32 values → 34 bytes each. */
export function quantizeQ8(values: Float32Array): Uint8Array<ArrayBuffer> {
  const blocks = values.length / BLOCK
  const scales = new Float32Array(blocks)
  const out = new Uint8Array(blocks * 34)
  const { fround, abs, floor } = Math
  for (let b = 0; b < blocks; b++) {
    let largest = 0
    for (let i = 0; i < BLOCK; i++) largest = Math.max(largest, abs(values[b * BLOCK + i]))
    scales[b] = largest / 127
    const inverse = scales[b] === 0 ? 0 : fround(1 / scales[b])
    for (let i = 0; i < BLOCK; i++) {
      const scaled = fround(values[b * BLOCK + i] * inverse)
      const size = abs(scaled)
      const whole = floor(size)
      const rounded = size - whole >= 0.5 ? whole + 1 : whole
      out[b * 34 + 2 + i] = scaled < 0 ? -rounded : rounded
    }
  }
  const halves = new Uint8Array(f32ToF16(scales).buffer)
  for (let b = 0; b < blocks; b++) out.set(halves.subarray(2 * b, 2 * b + 2), b * 34)
  return out
}
