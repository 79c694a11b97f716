// DoRA: the length of every weight row is learned apart from its direction. https://arxiv.org/abs/2402.09353
// y = base(x) + (g − 1) ∘ W x̃ + g ∘ s B A x̃, with g = m / ‖W + s B A‖ per output, the norm without a gradient.
import type { Tensor } from '../graph/tensor.ts'
import { add } from '../ops/add.ts'
import { inverseRowNorms } from '../ops/inverseRowNorms.ts'
import { matmul } from '../ops/matmul.ts'
import { mul } from '../ops/mul.ts'
import { scale } from '../ops/scale.ts'
import { scaleColumns } from '../ops/scaleColumns.ts'
import type { LinearSite } from './method.ts'

export interface DoraFactors {
  readonly x: Tensor
  readonly dropped: Tensor
  /** (N, r) */
  readonly narrow: Tensor
  readonly a: Tensor
  readonly b: Tensor
  readonly scaling: number
  /** Of the magnitudes. */
  readonly key: string
}

export function dora(site: LinearSite, { x, dropped, narrow, a, b, scaling, key }: DoraFactors, base: (x: Tensor) => Tensor): Tensor {
  const { graph } = site
  const transB = site.stored === '[out,in]'
  const m = site.param(key, [site.out], { kind: 'row norms', name: site.weightName, stored: site.stored })
  const { inverse } = inverseRowNorms(graph, { w: site.weight(), a, b }, { scaling, transposed: !transB })
  const g = mul(graph, { a: m, b: inverse }, {}).y // (out)
  const plain = matmul(graph, { a: dropped, b: site.weight() }, { transA: false, transB, alpha: 1 }).y // (N, out), without bias
  const whole = matmul(graph, { a: narrow, b, c: plain }, { transA: false, transB: true, alpha: scaling }).y
  const scaled = scaleColumns(graph, { x: whole, factors: g }, {}).y
  // base(x) − W x̃ is the bias, and what other methods or dropout made of the base.
  const rest = add(graph, { a: base(x), b: scale(graph, { x: plain }, { factor: -1 }).y }, {}).y
  return add(graph, { a: rest, b: scaled }, {}).y
}

/** Gives the weights of every output the length that was learned, in place; `w` is as the site stores it. */
export function setLengths(w: Float32Array, { in: inputs, out, stored }: Pick<LinearSite, 'in' | 'out' | 'stored'>, lengths: Float32Array): void {
  const [rowStride, columnStride] = stored === '[out,in]' ? [inputs, 1] : [1, out]
  for (let o = 0; o < out; o++) {
    let squares = 0
    for (let i = 0; i < inputs; i++) squares += w[o * rowStride + i * columnStride] ** 2
    const factor = lengths[o] / Math.sqrt(squares)
    for (let i = 0; i < inputs; i++) w[o * rowStride + i * columnStride] *= factor
  }
}
