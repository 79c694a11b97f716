import { describe, expect, it } from 'vitest'
import { Graph } from '../graph/graph.ts'
import { sizeOf } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { normal } from '../lib/rng.ts'
import { accumulate } from '../ops/accumulate.ts'
import { add } from '../ops/add.ts'
import { matmul } from '../ops/matmul.ts'
import { fuse } from './fuse.ts'
import { interpret } from './interpret.ts'

const [M, N, K, R] = [5, 6, 7, 2]
const NT = { transA: false, transB: true, alpha: 1 }

/** y = x·wᵀ + bias, and 0.5 · (x·aᵀ)·bᵀ on top of it: a linear layer with its LoRA. */
function layer(lowFirst = false): { g: Graph; base: Tensor; y: Tensor } {
  const g = new Graph()
  const x = g.input('x', [M, K])
  const [w, bias, a, b] = [g.input('w', [N, K]), g.input('bias', [N]), g.input('a', [R, K]), g.input('b', [N, R])]
  const narrow = matmul(g, { a: x, b: a }, NT).y
  if (lowFirst) {
    const low = matmul(g, { a: narrow, b }, { ...NT, alpha: 0.5 }).y
    return { g, base: low, y: matmul(g, { a: x, b: w, bias, c: low }, NT).y }
  }
  const base = matmul(g, { a: x, b: w, bias }, NT).y
  return { g, base, y: matmul(g, { a: narrow, b, c: base }, { ...NT, alpha: 0.5 }).y }
}

/** Every value of these, with sources of reproducible numbers. */
function values(g: Graph, of: readonly Tensor[]): number[] {
  const read = interpret(g, new Map(g.sources.map((t, s) => [t.name, Float64Array.from({ length: sizeOf(t.shape) }, (_, i) => normal(3, s, i))])))
  return of.flatMap((t) => [...read(t)])
}
const close = (found: readonly number[], expected: readonly number[]): void => found.forEach((v, i) => expect(v).toBeCloseTo(expected[i], 12))

describe('fuse', () => {
  it.each([false, true])('adds a low-rank product up in the pass of the other (low one first: %s)', (lowFirst) => {
    const { g, y } = layer(lowFirst)
    const before = values(g, [y])
    const last = g.nodes.at(-1)!
    expect(fuse(g, [y], g.nodes.indexOf(last))).toBe(1)
    expect(g.nodes.map((n) => Object.keys(n.inputs))).toEqual([['a', 'b'], ['a', 'b', 'bias', 'a2', 'b2']])
    close(values(g, [y]), before)
  })

  it('leaves a product alone that is kept, or read twice', () => {
    const kept = layer()
    fuse(kept.g, [kept.y, kept.base])
    expect(kept.g.nodes).toHaveLength(3)
    const twice = layer()
    const sum = add(twice.g, { a: twice.base, b: twice.y }, {}).y
    const before = values(twice.g, [sum])
    fuse(twice.g, [sum])
    expect(twice.g.nodes).toHaveLength(4)
    close(values(twice.g, [sum]), before)
  })

  it('leaves 16-bit weights where only f32 is read', () => {
    const g = new Graph()
    const x = g.input('x', [M, K])
    const base = matmul(g, { a: x, b: g.input('w', [N, K]) }, NT).y
    const y = matmul(g, { a: g.input('n', [M, R]), b: g.input('b', [N, R], 'f16'), c: base }, NT).y
    fuse(g, [y])
    expect(g.nodes).toHaveLength(2)
  })

  it('adds a gradient to its total as it is written, under another shape too', () => {
    const g = new Graph()
    const total = g.source('state', 'gradient', [100])
    const dw = matmul(g, { a: g.input('dy', [M, N]), b: g.input('x', [M, K]) }, { transA: true, transB: false, alpha: 1 }).y
    accumulate(g, { g: dw, total: g.view(total, [K * N], 8) }, {})
    const before = values(g, [total])
    fuse(g, [])
    expect(g.nodes.map((n) => [n.op.name, Object.keys(n.outputs)])).toEqual([['matmul', []]])
    close(values(g, [total]), before)
  })

  it('keeps a gradient that something else reads', () => {
    const g = new Graph()
    const total = g.source('state', 'gradient', [N * K])
    const dw = matmul(g, { a: g.input('dy', [M, N]), b: g.input('x', [M, K]) }, { transA: true, transB: false, alpha: 1 }).y
    accumulate(g, { g: dw, total }, {})
    fuse(g, [dw])
    expect(g.nodes).toHaveLength(2)
  })
})
