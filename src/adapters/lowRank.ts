// The best lower-rank version of a product of two thin matrices. Only the small matrix between two orthonormal bases is
// decomposed, so a layer's full (out, in) matrix is never made. Best in the Frobenius norm: C. Eckart, G. Young (1936).
import { product, transpose } from '../lib/matrix.ts'
import { qr } from '../lib/qr.ts'
import { svd } from '../lib/svd.ts'

export interface Factors {
  /** (rank, in), orthonormal rows. */
  readonly a: Float32Array<ArrayBuffer>
  /** (out, rank), columns as long as the singular values. */
  readonly b: Float32Array<ArrayBuffer>
}
export interface Decomposed {
  /** Singular values of b · a, in descending order. */
  readonly values: Float64Array
  /** The part with the largest values; places beyond the last value are zero. */
  keep(rank: number): Factors
}

/**
 * @param b (out, r) row-major
 * @param a (r, in) row-major
 */
export function decomposeProduct(b: Float64Array, a: Float64Array, out: number, r: number, inputs: number): Decomposed {
  const left = qr(b, out, r) // q (out, m), r (m, r)
  const right = qr(transpose(a, r, inputs), inputs, r) // q (in, n), r (n, r)
  const [m, n] = [Math.min(out, r), Math.min(inputs, r)]
  const { u, s, vt } = svd(product(left.r, transpose(right.r, n, r), m, r, n), m, n)
  const k = s.length
  return {
    values: s,
    keep(rank) {
      const kept = Math.min(rank, k)
      const scaled = new Float64Array(m * kept)
      for (let i = 0; i < m; i++) for (let j = 0; j < kept; j++) scaled[i * kept + j] = u[i * k + j] * s[j]
      const wide = product(vt.subarray(0, kept * n), transpose(right.q, inputs, n), kept, n, inputs)
      return padded(product(left.q, scaled, out, m, kept), wide, out, kept, inputs, rank)
    },
  }
}

/** b (out, kept) and a (kept, in) as factors of a higher rank, filled with zeros. */
export function padded(b: ArrayLike<number>, a: ArrayLike<number>, out: number, kept: number, inputs: number, rank: number): Factors {
  const full = { a: new Float32Array(rank * inputs), b: new Float32Array(out * rank) }
  full.a.set(a)
  for (let o = 0; o < out; o++) for (let j = 0; j < kept; j++) full.b[o * rank + j] = b[o * kept + j]
  return full
}
