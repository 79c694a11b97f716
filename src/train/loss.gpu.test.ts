import { describe, expect, it } from 'vitest'
import { interpret } from '../engine/interpret.ts'
import { runOnce } from '../engine/runOnce.ts'
import { testGpu } from '../engine/testGpu.ts'
import { Graph } from '../graph/graph.ts'
import type { Tensor } from '../graph/tensor.ts'
import { normal } from '../lib/rng.ts'
import { accumulate } from '../ops/accumulate.ts'
import { matmul } from '../ops/matmul.ts'
import { traceLoss } from './loss.ts'

const [N, C, V, ROWS] = [150, 12, 31, 192]
const SIZE = V * C

/** Head and loss of N hidden states; `claimed` is the vocabulary that decides how many rows make a stretch. */
function trace(claimed: number, learn = true, pull = 0): { graph: Graph; keep: Tensor[] } {
  const graph = new Graph()
  const w = graph.view(graph.source('state', 'values', [SIZE]), [V, C], 0, 'head')
  const gradient = graph.source('state', 'gradient', [SIZE])
  const hidden = graph.input('hidden', [N, C])
  const head = (rows: Tensor): Tensor => matmul(graph, { a: rows, b: w }, { transA: false, transB: true, alpha: 1 }).y
  const onGradient = (_t: Tensor, d: Tensor): void => void accumulate(graph, { g: d, total: graph.view(gradient, [V, C]) }, {})
  // The base is the same head on other hidden states.
  const frozen = graph.source('weight', 'base head', [V, C])
  const to = { hidden: graph.input('base hidden', [N, C]), head: (rows: Tensor) => matmul(graph, { a: rows, b: frozen }, { transA: false, transB: true, alpha: 1 }).y }
  const pulled = { to, weight: pull, rows: 'base rows' }
  const options = { rows: ROWS, outputs: claimed, learn, below: true, smoothing: 0, ...(pull > 0 && { pulled }), trainables: () => [w], onGradient }
  const { loss, dhidden } = traceLoss(graph, { hidden, head }, options)
  return { graph, keep: [loss, ...(dhidden ? [dhidden, gradient] : [])] }
}

/** 130 trained rows in no order, one of them twice, then padding. */
function sources(): Map<string, ArrayLike<number>> {
  const trained = Array.from({ length: 130 }, (_, i) => (i === 100 ? 7 : (i * 37) % N))
  const list = (n: number, at: (i: number) => number): number[] => Array.from({ length: n }, (_, i) => at(i))
  return new Map<string, ArrayLike<number>>([
    ['hidden', list(N * C, (i) => Math.fround(normal(1, 1, i)))],
    ['values', list(SIZE, (i) => Math.fround(normal(1, 2, i)))],
    ['gradient', new Float32Array(SIZE)],
    ['rows', list(ROWS, (i) => trained[i] ?? -1)],
    ['base hidden', list(N * C, (i) => Math.fround(normal(1, 3, i)))],
    ['base head', list(SIZE, (i) => Math.fround(normal(1, 4, i)))],
    ['base rows', list(ROWS, (i) => (trained[i] === undefined ? -1 : N - 1 - trained[i]))],
    ['targets', list(ROWS, (i) => (i < 130 ? (i * 11) % V : -100))],
    ['loss scale', [0.125]],
  ])
}

const WHOLE = V
// 128 MiB hold 64 rows of this many logits, and 128 of half as many.
const THREE = 2 ** 19
const TWO = 2 ** 18

describe('the loss in stretches', () => {
  const stretches = ({ graph }: { graph: Graph }): number => graph.nodes.filter((n) => n.op.name === 'crossEntropy').length

  it('holds no more logits than its workspace', () => {
    expect([WHOLE, TWO, THREE, 2 ** 24].map((v) => stretches(trace(v)))).toEqual([1, 2, 3, 3])
    // Two sets of logits at once leave room for half as many rows.
    expect([WHOLE, TWO / 2, TWO].map((v) => stretches(trace(v, true, 1)))).toEqual([1, 2, 3])
  })

  it.each([0, 0.5])('equals the loss in one stretch, with both gradients, pulled to a base with weight %s', async (pull) => {
    const { device } = await testGpu()
    const run = async (claimed: number): Promise<ArrayLike<number>[]> => {
      const { graph, keep } = trace(claimed, true, pull)
      return runOnce(device, graph, sources(), keep)
    }
    const { graph, keep } = trace(WHOLE, true, pull)
    const read = interpret(graph, sources())
    const oracle = keep.map((t) => Array.from(read(t)))
    for (const found of [await run(WHOLE), await run(TWO), await run(THREE)]) {
      found.forEach((values, k) => {
        const scale = Math.max(...oracle[k].map(Math.abs))
        const worst = Math.max(...oracle[k].map((x, i) => Math.abs(values[i] - x))) / scale
        expect(worst, keep[k].name).toBeLessThan(2e-6)
      })
    }
  })

  it('gives the same loss when it does not learn', async () => {
    const { device } = await testGpu()
    const [learning, scoring] = [trace(THREE), trace(THREE, false)]
    const [[a], [b]] = await Promise.all(
      [learning, scoring].map(({ graph, keep }) => runOnce(device, graph, sources(), keep.slice(0, 1))),
    )
    expect(a[0]).toBe(b[0])
    expect(scoring.graph.nodes.some((n) => n.op.name === 'accumulate')).toBe(false)
  })
})
