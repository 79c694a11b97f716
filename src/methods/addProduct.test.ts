import { describe, expect, it } from 'vitest'
import { normal } from '../lib/rng.ts'
import { addProduct } from './addProduct.ts'

const random = (stream: number, n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => normal(4, stream, i))

describe.each([
  { r: 1, out: 5, inputs: 7 },
  { r: 4, out: 3, inputs: 6 },
  { r: 11, out: 9, inputs: 2 },
])('a product of rank $r added to $out × $inputs weights', ({ r, out, inputs }) => {
  it.each(['[out,in]', '[in,out]'] as const)('stored as %s is that of plain loops', (stored) => {
    const [b, a, w] = [random(1, out * r), random(2, r * inputs), random(3, out * inputs)]
    const found = w.slice()
    addProduct(found, { in: inputs, out, stored }, b, a, r, -0.5)
    for (let o = 0; o < out; o++)
      for (let i = 0; i < inputs; i++) {
        let delta = 0
        for (let k = 0; k < r; k++) delta += b[o * r + k] * a[k * inputs + i]
        const at = stored === '[out,in]' ? o * inputs + i : i * out + o
        expect(found[at]).toBeCloseTo(w[at] - 0.5 * delta, 5)
      }
  })
})
