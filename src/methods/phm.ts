// A parametrised hypercomplex layer: y = x H + b with H = Σᵢ Aᵢ ⊗ Wᵢ, Wᵢ = leftᵢ rightᵢ of low rank, Aᵢ shared by all layers.
// https://arxiv.org/abs/2102.08597, as Compacter uses it; names and layout are AdapterHub's PHMLayer.
// H is built in the graph: rows and columns of A and W are repeated over the block grid, multiplied, and summed over i.
import type { Graph } from '../graph/graph.ts'
import type { Tensor } from '../graph/tensor.ts'
import { add } from '../ops/add.ts'
import { gatherRows } from '../ops/gatherRows.ts'
import { matmul } from '../ops/matmul.ts'
import { mul } from '../ops/mul.ts'
import { sliceColumns } from '../ops/sliceColumns.ts'
import { sumColumns } from '../ops/sumColumns.ts'

export interface Phm {
  /** n: `phm_dim`. */
  readonly dim: number
  /** `phm_rank` */
  readonly rank: number
}

/** Rows of x by index, an index list that is always the same under this name. */
function rows(g: Graph, x: Tensor, name: string, count: number, pick: (i: number) => number): Tensor {
  return gatherRows(g, { x, rows: g.constant(name, [count], Int32Array.from({ length: count }, (_, i) => pick(i))) }, {}).y
}

const product = (g: Graph, a: Tensor, b: Tensor): Tensor => matmul(g, { a, b }, { transA: false, transB: false, alpha: 1 }).y

/** H (in, out) from rule (n, n, n), left (n, in/n, rank) and right (n, rank, out/n). */
export function hypercomplex(g: Graph, rule: Tensor, left: Tensor, right: Tensor): Tensor {
  const [n, height, rank] = left.shape
  const width = right.shape[2]
  const [inner, out] = [n * height, n * width]
  // 0/1 matrices that repeat columns: whole blocks of `width`, and each column `width` times.
  const ones = g.constant(`phm ones ${width}`, [1, width], new Float32Array(width).fill(1))
  const tiled = g.constant(`phm tiled ${width}×${n}`, [width, out], Float32Array.from({ length: width * out }, (_, k) => (k % out % width === Math.floor(k / out) ? 1 : 0)))
  const spread = g.constant(`phm spread ${n}×${width}`, [n, out], Float32Array.from({ length: n * out }, (_, k) => (Math.floor((k % out) / width) === Math.floor(k / out) ? 1 : 0)))

  let w: Tensor | undefined // (n · in/n, out/n): W₀ over W₁ over …
  for (let r = 0; r < rank; r++) {
    const column = sliceColumns(g, { x: g.view(left, [inner, rank]) }, { start: r, size: 1 }).y
    const line = rows(g, g.view(right, [n * rank, width]), `phm line ${r} of ${n}×${rank} for ${inner}`, inner, (i) => Math.floor(i / height) * rank + r)
    const part = mul(g, { a: product(g, column, ones), b: line }, {}).y
    w = w ? add(g, { a: w, b: part }, {}).y : part
  }
  // Row (i, a, p) of the sum's i-th term: row (i, a) of A, and row (i, p) of W.
  const blocks = rows(g, g.view(rule, [n * n, n]), `phm blocks ${n} for ${inner}`, n * inner, (i) => Math.floor(i / height))
  const lines = rows(g, w!, `phm lines ${n} for ${inner}`, n * inner, (i) => Math.floor(i / inner) * height + (i % height))
  const terms = mul(g, { a: product(g, blocks, spread), b: product(g, lines, tiled) }, {}).y // (n · in, out)
  return g.view(sumColumns(g, { x: g.view(terms, [n, inner * out]) }, {}).y, [inner, out])
}
