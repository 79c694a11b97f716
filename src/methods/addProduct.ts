// Adding a low-rank update to a weight matrix in host memory, as merging does for every layer of a model: W += scaling · B · A.
// The inner loop runs along the rows of W as they are stored, four ranks at a time.
import type { LinearSite } from './method.ts'

/**
 * @param w (out, in) or (in, out), as the site stores it; changed in place
 * @param b (out, r)
 * @param a (r, in)
 */
export function addProduct(w: Float32Array, { in: inputs, out, stored }: Pick<LinearSite, 'in' | 'out' | 'stored'>, b: ArrayLike<number>, a: ArrayLike<number>, r: number, scaling: number): void {
  const [rows, columns] = stored === '[out,in]' ? [out, inputs] : [inputs, out]
  // W's row i gains Σ left(i, k) · right row k; for [in, out] these are Aᵀ and Bᵀ.
  const left = stored === '[out,in]' ? b : transposed(a, r, inputs)
  const right = stored === '[out,in]' ? a : transposed(b, out, r)
  const sum = new Float64Array(columns)
  for (let i = 0; i < rows; i++) {
    sum.fill(0)
    let k = 0
    for (; k + 4 <= r; k += 4) {
      const [f0, f1, f2, f3] = [left[i * r + k], left[i * r + k + 1], left[i * r + k + 2], left[i * r + k + 3]]
      const [r0, r1, r2, r3] = [k * columns, (k + 1) * columns, (k + 2) * columns, (k + 3) * columns]
      for (let j = 0; j < columns; j++) sum[j] += f0 * right[r0 + j] + f1 * right[r1 + j] + f2 * right[r2 + j] + f3 * right[r3 + j]
    }
    for (; k < r; k++) {
      const [factor, from] = [left[i * r + k], k * columns]
      for (let j = 0; j < columns; j++) sum[j] += factor * right[from + j]
    }
    for (let j = 0; j < columns; j++) w[i * columns + j] += scaling * sum[j]
  }
}

function transposed(x: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const y = new Float64Array(rows * columns)
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) y[j * rows + i] = x[i * columns + j]
  return y
}
