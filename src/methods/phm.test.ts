import { expect, it } from 'vitest'
import { interpret } from '../engine/interpret.ts'
import { Graph } from '../graph/graph.ts'
import { normal } from '../lib/rng.ts'
import { hypercomplex } from './phm.ts'

// AdapterHub: kronecker_product(phm_rule, bmm(W_left, W_right)).sum(0)
it.each([
  { n: 2, inner: 6, out: 4, rank: 1 },
  { n: 3, inner: 3, out: 12, rank: 2 },
  { n: 4, inner: 20, out: 4, rank: 3 },
  { n: 1, inner: 5, out: 7, rank: 2 },
])('the layer is a sum of $n Kronecker products, $inner to $out, rank $rank', ({ n, inner, out, rank }) => {
  const [height, width] = [inner / n, out / n]
  const fill = (stream: number, size: number) => Float64Array.from({ length: size }, (_, i) => normal(7, stream, i))
  const [rule, left, right] = [fill(1, n ** 3), fill(2, n * height * rank), fill(3, n * rank * width)]
  const g = new Graph()
  const source = (name: string, shape: number[]) => g.source('state', name, shape)
  const h = hypercomplex(g, source('rule', [n, n, n]), source('left', [n, height, rank]), source('right', [n, rank, width]))
  expect(h.shape).toEqual([inner, out])
  const found = interpret(g, new Map([['rule', rule], ['left', left], ['right', right]]))(h)
  for (let row = 0; row < inner; row++)
    for (let column = 0; column < out; column++) {
      let sum = 0
      for (let i = 0; i < n; i++) {
        let w = 0
        for (let r = 0; r < rank; r++) w += left[(i * height + (row % height)) * rank + r] * right[(i * rank + r) * width + (column % width)]
        sum += rule[(i * n + Math.floor(row / height)) * n + Math.floor(column / width)] * w
      }
      expect(found[row * out + column]).toBeCloseTo(sum, 10)
    }
})
