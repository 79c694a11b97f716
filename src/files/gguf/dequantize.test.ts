import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { dequantize } from './dequantize.ts'
import { tensorTypes } from './ggufTypes.ts'
import { quantizeQ8 } from './quantizeQ8.ts'

/** The same numbers here and in NumPy. */
function* draws(): Generator<number, never> {
  for (let x = 12345; ; ) yield (x = (Math.imul(x, 1664525) + 1013904223) >>> 0)
}
const sha256 = (values: ArrayBufferView): string => createHash('sha256').update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)).digest('hex')

// Hashes of what the gguf package 0.19.0 makes of the same bytes, as little-endian float32.
describe('blocks of GGUF', () => {
  it.each([
    { type: 'Q8_0', halves: [0], expected: 'f666cfc7337ab2be7216a23318e8dee20c15cedd1d7c5f9d2331686f4405d360' },
    { type: 'Q4_0', halves: [0], expected: '24b9963685e1ac2772fdbcb826dbfea8d9dda1d6a5ae1a6860a0323bb708471a' },
    { type: 'Q4_K', halves: [0, 2], expected: 'd18481eddc218365ba2b8fa354765ed4a7889fb282ae26467986eadee083a82e' },
    { type: 'Q6_K', halves: [208], expected: '1b8b64308cf6115d77aad37ba5bb7596300cc1144f03f7d71d4315888f1dbb1b' },
  ] as const)('$type is read bit for bit', ({ type, halves, expected }) => {
    const size = tensorTypes[type].bytes
    const next = draws()
    // Scales stay finite: their high bytes lose a bit of the exponent.
    const bytes = Uint8Array.from({ length: 16 * size }, (_, i) => (next.next().value >>> 24) & ((halves as readonly number[]).includes((i % size) - 1) ? 0xbb : 0xff))
    expect(sha256(dequantize(bytes, type))).toBe(expected)
  })

  it('Q8_0 is written bit for bit, and reads as near as its scale says', () => {
    const next = draws()
    const values = Float32Array.from({ length: 32 * 64 }, () => (next.next().value / 2 ** 32 - 0.5) * 4)
    const bytes = quantizeQ8(values)
    expect(sha256(bytes)).toBe('8ee74ca7510c74f3c2f0de054bc2b25365ebf08f4fb843c9c4b2f86642a5d9e5')
    for (const [i, x] of dequantize(bytes, 'Q8_0').entries()) expect(Math.abs(x - values[i])).toBeLessThan(2 / 127 / 2 + 2e-3)
  })

  it('keeps a block of zeros', () => {
    expect(quantizeQ8(new Float32Array(32))).toEqual(new Uint8Array(34))
  })
})
