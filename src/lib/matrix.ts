// Dense matrices as row-major Float64Arrays, for the little linear algebra that runs before or after a training run.

/** (m, n) → (n, m). */
export function transpose(a: Float64Array, m: number, n: number): Float64Array<ArrayBuffer> {
  const t = new Float64Array(a.length)
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) t[j * m + i] = a[i * n + j]
  return t
}

/** (m, k) · (k, n) → (m, n). Four rows of b at a time, so that a row of c is read and written a quarter as often. */
export function product(a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array<ArrayBuffer> {
  const c = new Float64Array(m * n)
  for (let i = 0; i < m; i++) {
    const at = i * n
    let p = 0
    for (; p + 4 <= k; p += 4) {
      const [f0, f1, f2, f3] = [a[i * k + p], a[i * k + p + 1], a[i * k + p + 2], a[i * k + p + 3]]
      const [b0, b1, b2, b3] = [p * n, (p + 1) * n, (p + 2) * n, (p + 3) * n]
      for (let j = 0; j < n; j++) c[at + j] += f0 * b[b0 + j] + f1 * b[b1 + j] + f2 * b[b2 + j] + f3 * b[b3 + j]
    }
    for (; p < k; p++) {
      const [factor, from] = [a[i * k + p], p * n]
      for (let j = 0; j < n; j++) c[at + j] += factor * b[from + j]
    }
  }
  return c
}

export function dot(x: Float64Array, y: Float64Array): number {
  let total = 0
  for (let i = 0; i < x.length; i++) total += x[i] * y[i]
  return total
}

/** y += factor · x */
export function addScaled(y: Float64Array, x: Float64Array, factor: number): void {
  for (let i = 0; i < y.length; i++) y[i] += factor * x[i]
}
