// 16-bit floats and 32-bit floats, both ways. Widening is exact, subnormals and NaN payloads included; narrowing
// rounds to nearest, ties to even, as torch does. Arrays only: a scalar is an array of one.

const f32 = new Float32Array(1)
const u32 = new Uint32Array(f32.buffer)

/** IEEE binary16 bits to float. */
export function f16ToF32(bits: Uint16Array): Float32Array<ArrayBuffer> {
  const out = new Uint32Array(bits.length)
  for (let i = 0; i < bits.length; i++) {
    const h = bits[i]
    const sign = (h & 0x8000) << 16
    const exponent = (h >> 10) & 31
    let mantissa = h & 0x3ff
    if (exponent === 31) out[i] = sign | 0x7f800000 | (mantissa << 13)
    else if (exponent > 0) out[i] = sign | ((exponent + 112) << 23) | (mantissa << 13)
    else if (mantissa === 0) out[i] = sign
    else {
      // A subnormal half is a normal float: shift the leading one up to its implicit place.
      const shift = Math.clz32(mantissa) - 21
      mantissa = (mantissa << shift) & 0x3ff
      out[i] = sign | ((113 - shift) << 23) | (mantissa << 13)
    }
  }
  return new Float32Array(out.buffer)
}

/** Float to IEEE binary16 bits; beyond 65504 (after rounding) becomes infinity. */
export function f32ToF16(values: ArrayLike<number>): Uint16Array<ArrayBuffer> {
  const out = new Uint16Array(values.length)
  for (let i = 0; i < values.length; i++) {
    f32[0] = values[i]
    const x = u32[0]
    const sign = (x >>> 16) & 0x8000
    const magnitude = x & 0x7fffffff
    if (magnitude > 0x7f800000) out[i] = sign | 0x7e00 | ((magnitude >> 13) & 0x3ff)
    else if (magnitude >= 0x47800000) out[i] = sign | 0x7c00
    else if (magnitude >= 0x38800000) out[i] = sign | roundShift(magnitude - 0x38000000, 13)
    else if (magnitude < 0x33000000) out[i] = sign
    else {
      const exponent = magnitude >>> 23
      out[i] = sign | roundShift((magnitude & 0x7fffff) | 0x800000, 126 - exponent)
    }
  }
  return out
}

/** bfloat16 bits to float: the upper half of the word. */
export function bf16ToF32(bits: Uint16Array): Float32Array<ArrayBuffer> {
  const out = new Uint32Array(bits.length)
  for (let i = 0; i < bits.length; i++) out[i] = bits[i] << 16
  return new Float32Array(out.buffer)
}

export function f32ToBf16(values: ArrayLike<number>): Uint16Array<ArrayBuffer> {
  const out = new Uint16Array(values.length)
  for (let i = 0; i < values.length; i++) {
    f32[0] = values[i]
    const x = u32[0]
    // A NaN whose payload sits in the lower half must not round to infinity.
    out[i] = (x & 0x7fffffff) > 0x7f800000 ? (x >>> 16) | 0x40 : ((x + 0x7fff + ((x >>> 16) & 1)) >>> 16) & 0xffff
  }
  return out
}

function roundShift(value: number, by: number): number {
  const half = 1 << (by - 1)
  const rest = value & ((1 << by) - 1)
  const kept = value >>> by
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept
}
