import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bf16ToF32, f16ToF32, f32ToBf16, f32ToF16 } from './halfFloat.ts'

const every = Uint16Array.from({ length: 65536 }, (_, i) => i)
const isNaN16 = (b: number, exponent: number, mantissa: number) => (b & exponent) === exponent && (b & mantissa) !== 0

/** The value of a half by its definition. */
const half = (b: number) => {
  const e = (b >> 10) & 31
  const m = b & 1023
  const magnitude = e === 31 ? (m ? NaN : Infinity) : e === 0 ? m * 2 ** -24 : (1 + m / 1024) * 2 ** (e - 15)
  return b & 0x8000 ? -magnitude : magnitude
}

test('every half widens to its value and narrows back to its bits', () => {
  const wide = f16ToF32(every)
  const back = f32ToF16(wide)
  for (const b of every) {
    if (!Object.is(wide[b], half(b))) expect.fail(`${b}: ${wide[b]} is not ${half(b)}`)
    if (isNaN16(b, 0x7c00, 0x3ff)) expect(Number.isNaN(f16ToF32(back.slice(b, b + 1))[0])).toBe(true)
    else if (back[b] !== b) expect.fail(`${b} came back as ${back[b]}`)
  }
})

test('every bfloat16 survives the round trip', () => {
  const back = f32ToBf16(bf16ToF32(every))
  for (const b of every) if (!isNaN16(b, 0x7f80, 0x7f) && back[b] !== b) expect.fail(`${b} came back as ${back[b]}`)
})

test('narrowing gives the nearest value, ties to even', () => {
  const nearest = (narrow: (v: number[]) => Uint16Array, wide: (b: Uint16Array) => Float32Array) =>
    fc.assert(
      fc.property(fc.float({ noNaN: true, min: -65000, max: 65000 }), (x) => {
        const bits = narrow([x])[0] ?? 0
        const at = (b: number) => wide(Uint16Array.of(b))[0] ?? NaN
        const error = Math.abs(at(bits) - x)
        for (const other of [bits - 1, bits + 1]) {
          if (other < 0 || other > 0xffff || !Number.isFinite(at(other)) || Math.sign(at(other)) * Math.sign(x) < 0) continue
          const off = Math.abs(at(other) - x)
          expect(error).toBeLessThanOrEqual(off)
          if (off === error && at(other) !== at(bits)) expect(bits & 1).toBe(0)
        }
      }),
      { numRuns: 2000 },
    )
  nearest(f32ToF16, f16ToF32)
  nearest(f32ToBf16, bf16ToF32)
})

test('edges', () => {
  expect([...f32ToF16([65504, 65519.99, 65520, 1e9, -1e9, 2 ** -24, 2 ** -25, 2 ** -25 * 1.01, -0])]).toEqual([
    0x7bff, 0x7bff, 0x7c00, 0x7c00, 0xfc00, 1, 0, 1, 0x8000,
  ])
  const nan = f32ToBf16(new Float32Array(Uint32Array.of(0x7f800001).buffer))
  expect(Number.isNaN(bf16ToF32(nan)[0])).toBe(true)
})
