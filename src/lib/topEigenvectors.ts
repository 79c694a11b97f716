// The largest eigenvalues of a symmetric matrix with their eigenvectors: Householder tridiagonalisation, bisection by Sturm
// counts, inverse iteration. Its cost does not depend on the spectrum. Golub and Van Loan, Matrix Computations, 8.3 to 8.5.
import { addScaled, dot } from './matrix.ts'
import { normal } from './rng.ts'

/**
 * @param a (n, n) symmetric, row-major; overwritten
 * @returns k eigenvalues in descending order, and their orthonormal eigenvectors as rows (k, n)
 */
export function topEigenvectors(a: Float64Array, n: number, k: number): { values: Float64Array<ArrayBuffer>; vectors: Float64Array<ArrayBuffer> } {
  const { diagonal, off, reflectors } = tridiagonalise(a, n)
  const values = Float64Array.from({ length: k }, (_, i) => nthLargest(diagonal, off, i))
  const vectors = new Float64Array(k * n)
  const rows = Array.from({ length: k }, (_, i) => vectors.subarray(i * n, (i + 1) * n))
  for (let i = 0; i < k; i++) {
    const x = rows[i]
    for (let c = 0; c < n; c++) x[c] = normal(0, i, c)
    // The second round cleans what the first left of a cluster's other members; the third is for safety.
    for (let round = 0; round < 3; round++) {
      solveShifted(diagonal, off, values[i], x)
      normalise(x)
      for (let twice = 0; twice < 2; twice++) for (let p = 0; p < i; p++) addScaled(x, rows[p], -dot(rows[p], x))
      normalise(x)
    }
  }
  for (const x of rows)
    for (let j = reflectors.length - 1; j >= 0; j--) {
      const tail = x.subarray(j + 1)
      addScaled(tail, reflectors[j], -2 * dot(reflectors[j], tail))
    }
  return { values, vectors }
}

function normalise(x: Float64Array): void {
  const length = Math.sqrt(dot(x, x))
  for (let i = 0; i < x.length; i++) x[i] /= length
}

/** a = H T Hᵀ, H the product of the reflections; reflector j acts on places from j + 1. */
function tridiagonalise(a: Float64Array, n: number): { diagonal: Float64Array; off: Float64Array; reflectors: Float64Array[] } {
  const diagonal = new Float64Array(n)
  const off = new Float64Array(Math.max(0, n - 1))
  const reflectors: Float64Array[] = []
  for (let j = 0; j + 1 < n; j++) {
    diagonal[j] = a[j * n + j]
    const v = a.slice(j * n + j + 1, (j + 1) * n)
    const length = Math.sqrt(dot(v, v))
    const sign = v[0] < 0 ? -1 : 1
    off[j] = -sign * length
    if (length > 0) {
      v[0] += sign * length
      normalise(v)
      const rows = (i: number): Float64Array => a.subarray((j + 1 + i) * n + j + 1, (j + 2 + i) * n)
      // A ← (I − 2vvᵀ) A (I − 2vvᵀ) = A − v wᵀ − w vᵀ with w = 2(Av − (vᵀAv) v)
      const w = Float64Array.from(v, (_, i) => 2 * dot(rows(i), v))
      addScaled(w, v, -dot(v, w))
      for (let i = 0; i < v.length; i++) {
        const row = rows(i)
        const [p, q] = [v[i], w[i]]
        for (let c = 0; c < row.length; c++) row[c] -= p * w[c] + q * v[c]
      }
    }
    reflectors.push(v)
  }
  diagonal[n - 1] = a[n * n - 1]
  return { diagonal, off, reflectors }
}

/** Sturm's count: eigenvalues of the tridiagonal matrix below x. */
function countBelow(diagonal: Float64Array, off: Float64Array, x: number): number {
  let count = 0
  let pivot = 1
  for (let i = 0; i < diagonal.length; i++) {
    pivot = diagonal[i] - x - (i > 0 ? (off[i - 1] * off[i - 1]) / pivot : 0)
    if (pivot === 0) pivot = Number.MIN_VALUE ** 0.5
    if (pivot < 0) count++
  }
  return count
}

function nthLargest(diagonal: Float64Array, off: Float64Array, nth: number): number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < diagonal.length; i++) {
    const radius = Math.abs(off[i] ?? 0) + Math.abs(off[i - 1] ?? 0)
    low = Math.min(low, diagonal[i] - radius)
    high = Math.max(high, diagonal[i] + radius)
  }
  const most = diagonal.length - nth
  // Halving a double's interval ends by itself: the middle becomes one of the ends.
  for (;;) {
    const middle = low + (high - low) / 2
    if (middle <= low || middle >= high) return middle
    if (countBelow(diagonal, off, middle) >= most) high = middle
    else low = middle
  }
}

/** x ← (T − shift·I)⁻¹ x by elimination with row exchanges; a vanishing pivot is replaced by a tiny one. */
function solveShifted(diagonal: Float64Array, off: Float64Array, shift: number, x: Float64Array): void {
  const n = diagonal.length
  let size = 0
  for (let i = 0; i < n; i++) size = Math.max(size, Math.abs(diagonal[i]), Math.abs(off[i] ?? 0))
  const tiny = Math.max(size * Number.EPSILON, 1e-100)
  const [first, second, third] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)]
  // The row being eliminated: two entries, from place i on.
  let [p, q] = [diagonal[0] - shift, off[0] ?? 0]
  for (let i = 0; i + 1 < n; i++) {
    const below = [off[i], diagonal[i + 1] - shift, off[i + 1] ?? 0] as const
    if (Math.abs(below[0]) > Math.abs(p)) {
      const factor = p / below[0]
      ;[first[i], second[i], third[i]] = below
      ;[p, q] = [q - factor * below[1], -factor * below[2]]
      const here = x[i]
      x[i] = x[i + 1]
      x[i + 1] = here - factor * x[i]
    } else {
      const pivot = Math.abs(p) < tiny ? tiny : p
      const factor = below[0] / pivot
      ;[first[i], second[i], third[i]] = [pivot, q, 0]
      ;[p, q] = [below[1] - factor * q, below[2]]
      x[i + 1] -= factor * x[i]
    }
  }
  first[n - 1] = Math.abs(p) < tiny ? tiny : p
  for (let i = n - 1; i >= 0; i--) {
    x[i] = (x[i] - (i + 1 < n ? second[i] * x[i + 1] : 0) - (i + 2 < n ? third[i] * x[i + 2] : 0)) / first[i]
  }
}
