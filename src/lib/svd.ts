// Singular value decomposition in double precision: the whole thin one by one-sided Jacobi, and the largest few, exactly or
// by random subspace iteration.
// Z. Drmač, K. Veselić, New fast and accurate Jacobi SVD algorithm (2008); N. Halko, P. Martinsson, J. Tropp (2011).
import { addScaled, dot, product, transpose } from './matrix.ts'
import { qr } from './qr.ts'
import { normal } from './rng.ts'
import { topEigenvectors } from './topEigenvectors.ts'

/** a = u · diag(s) · vt, s descending. */
export interface Svd {
  /** (m, k) with orthonormal columns */
  readonly u: Float64Array<ArrayBuffer>
  /** (k) */
  readonly s: Float64Array<ArrayBuffer>
  /** (k, n) with orthonormal rows */
  readonly vt: Float64Array<ArrayBuffer>
}

const MOST_SWEEPS = 60

/**
 * The thin decomposition, k = min(m, n). Costs about 10·min(m, n)³ multiplications: for the factors of low-rank products.
 * @param a (m, n) row-major
 */
export function svd(a: Float64Array, m: number, n: number): Svd {
  if (m < n) {
    const { u, s, vt } = svd(transpose(a, m, n), n, m)
    return { u: transpose(vt, m, m), s, vt: transpose(u, n, m) }
  }
  const { q, r } = qr(a, m, n)
  const rows = Array.from({ length: n }, (_, i) => r.subarray(i * n, (i + 1) * n))
  const turns = Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (_value, j) => (i === j ? 1 : 0)))
  orthogonalise(rows, turns)
  const lengths = rows.map((row) => Math.sqrt(dot(row, row)))
  const order = lengths.map((_, i) => i).toSorted((i, j) => lengths[j] - lengths[i])
  const [inner, vt] = [new Float64Array(n * n), new Float64Array(n * n)]
  const done: Float64Array[] = []
  for (const [at, i] of order.entries()) {
    const v = vt.subarray(at * n, (at + 1) * n)
    if (lengths[i] > 0) v.set(rows[i].map((x) => x / lengths[i]))
    else complete(v, done)
    done.push(v)
    for (let j = 0; j < n; j++) inner[j * n + at] = turns[i][j]
  }
  return { u: product(q, inner, m, n, n), s: Float64Array.from(order, (i) => lengths[i]), vt }
}

/** Rotates pairs of rows until all are orthogonal; `turns` rotates along, so that turnsᵀ · rows stays what it was. */
function orthogonalise(rows: readonly Float64Array[], turns: readonly Float64Array[]): void {
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let turned = false
    for (let i = 0; i < rows.length; i++)
      for (let j = i + 1; j < rows.length; j++) {
        const [x, y] = [rows[i], rows[j]]
        const [xx, yy, xy] = [dot(x, x), dot(y, y), dot(x, y)]
        if (Math.abs(xy) <= Number.EPSILON * Math.sqrt(xx) * Math.sqrt(yy)) continue
        turned = true
        const zeta = (yy - xx) / (2 * xy)
        const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta))
        const c = 1 / Math.hypot(1, t)
        turn(x, y, c, c * t)
        turn(turns[i], turns[j], c, c * t)
      }
    if (!turned) return
  }
}

function turn(x: Float64Array, y: Float64Array, c: number, s: number): void {
  for (let k = 0; k < x.length; k++) {
    const p = x[k]
    const q = y[k]
    x[k] = c * p - s * q
    y[k] = s * p + c * q
  }
}

/** A unit vector orthogonal to the others, of which there are fewer than places. */
function complete(v: Float64Array, others: readonly Float64Array[]): void {
  for (let at = 0; at < v.length; at++) {
    v.fill(0)
    v[at] = 1
    for (let twice = 0; twice < 2; twice++) for (const o of others) addScaled(v, o, -dot(o, v))
    const length = Math.sqrt(dot(v, v))
    // Some unit vector keeps at least this much of its length, since their squared lengths sum to the missing dimensions.
    if (length * length < 0.5 / v.length) continue
    for (let i = 0; i < v.length; i++) v[i] /= length
    return
  }
}

/**
 * The k largest singular values with their vectors, k ≤ min(m, n).
 * @param a (m, n) row-major
 * @param options.iterations absent: the best approximation of rank k; given: as many rounds of random subspace iteration,
 *   which is faster and close to it
 */
export function truncated(a: Float64Array, m: number, n: number, k: number, options: { readonly iterations?: number; readonly seed?: number } = {}): Svd {
  if (m < n) {
    const { u, s, vt } = truncated(transpose(a, m, n), n, m, k, options)
    return { u: transpose(vt, k, m), s, vt: transpose(u, n, k) }
  }
  const { iterations, seed = 0 } = options
  const basis = iterations === undefined ? dominantRows(a, m, n, k) : sampledRows(a, m, n, Math.min(n, k + 8), iterations, seed) // (w, n)
  const w = basis.length / n
  // The best within the subspace: a · basisᵀ = u s zᵀ, vt = zᵀ · basis.
  const within = svd(product(a, transpose(basis, w, n), m, n, w), m, w)
  const kept = new Float64Array(m * k)
  for (let i = 0; i < m; i++) kept.set(within.u.subarray(i * w, i * w + k), i * k)
  return { u: kept, s: within.s.slice(0, k), vt: product(within.vt.subarray(0, k * w), basis, k, w, n) }
}

/** Right singular vectors of the k largest singular values, as rows, from the eigenvectors of aᵀa (m ≥ n). */
function dominantRows(a: Float64Array, m: number, n: number, k: number): Float64Array {
  const columns = transpose(a, m, n)
  const gram = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) gram[i * n + j] = gram[j * n + i] = dot(columns.subarray(i * m, (i + 1) * m), columns.subarray(j * m, (j + 1) * m))
  return topEigenvectors(gram, n, k).vectors
}

/** Orthonormal rows (w, n) that span nearly what the dominant right singular vectors span. */
function sampledRows(a: Float64Array, m: number, n: number, w: number, iterations: number, seed: number): Float64Array {
  const at = transpose(a, m, n)
  let y = product(a, Float64Array.from({ length: n * w }, (_, i) => normal(seed, 0x5bd, i)), m, n, w)
  for (let i = 0; i < iterations; i++) y = product(a, qr(product(at, qr(y, m, w).q, n, m, w), n, w).q, m, n, w)
  return transpose(qr(product(at, qr(y, m, w).q, n, m, w), n, w).q, n, w)
}
