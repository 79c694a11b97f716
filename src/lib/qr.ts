// QR by Householder reflections: G. Golub, C. Van Loan, Matrix Computations, 5.2. Reflections keep q orthonormal to rounding
// even where the columns of a are not independent.
import { addScaled, dot, transpose } from './matrix.ts'

/**
 * The first k columns of q and rows of r in a = q·r; all of them make a, fewer are what the whole factorisation starts with.
 * @param a (m, n) row-major
 * @param k at most min(m, n), which is the default
 * @returns q (m, k) with orthonormal columns, r (k, n) upper triangular
 */
export function qr(a: Float64Array, m: number, n: number, k = Math.min(m, n)): { q: Float64Array<ArrayBuffer>; r: Float64Array<ArrayBuffer> } {
  // Columns lie in a row each: every inner loop below runs along memory.
  const columns = transpose(a, m, n)
  const reflectors: Float64Array[] = []
  for (let j = 0; j < k; j++) {
    const v = columns.slice(j * m + j, (j + 1) * m)
    const length = Math.sqrt(dot(v, v))
    if (length > 0) {
      v[0] += v[0] < 0 ? -length : length
      const norm = Math.sqrt(dot(v, v))
      for (let i = 0; i < v.length; i++) v[i] /= norm
      for (let c = j; c < n; c++) {
        const tail = columns.subarray(c * m + j, (c + 1) * m)
        addScaled(tail, v, -2 * dot(v, tail))
      }
    }
    reflectors.push(v)
  }
  const r = new Float64Array(k * n)
  for (let i = 0; i < k; i++) for (let j = i; j < n; j++) r[i * n + j] = columns[j * m + i]
  // q is the product of the reflections, applied to unit vectors from the last to the first.
  const qt = new Float64Array(k * m)
  for (let c = 0; c < k; c++) {
    qt[c * m + c] = 1
    for (let j = k - 1; j >= 0; j--) {
      const tail = qt.subarray(c * m + j, (c + 1) * m)
      addScaled(tail, reflectors[j], -2 * dot(reflectors[j], tail))
    }
  }
  return { q: transpose(qt, k, m), r }
}
