// Dense matrices as row-major Float64Arrays, for the little linear algebra that runs before or after a training run.

/** (m, n) → (n, m). */
export function transpose(a: Float64Array, m: number, n: number): Float64Array<ArrayBuffer> {
  const t = new Float64Array(a.length)
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) t[j * m + i] = a[i * n + j]
  return t
}

/** (m, k) · (k, n) → (m, n). */
export function product(a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array<ArrayBuffer> {
  const c = new Float64Array(m * n)
  for (let i = 0; i < m; i++) {
    const row = c.subarray(i * n, (i + 1) * n)
    for (let p = 0; p < k; p++) {
      const factor = a[i * k + p]
      if (factor === 0) continue
      const other = b.subarray(p * n, (p + 1) * n)
      for (let j = 0; j < n; j++) row[j] += factor * other[j]
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
