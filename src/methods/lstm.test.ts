import { expect, it } from 'vitest'
import { interpret } from '../engine/interpret.ts'
import { Graph } from '../graph/graph.ts'
import { sizeOf, type Shape } from '../graph/shape.ts'
import { normal, streamOf } from '../lib/rng.ts'
import { runLstm, traceLstm } from './lstm.ts'

// The graph that learns is golden-tested against torch; the loops that write the file must mean the same.
it.each([
  { rows: 1, layers: 1 },
  { rows: 5, layers: 3 },
])('the loops equal the graph: $rows tokens, $layers layers', ({ rows, layers }) => {
  const graph = new Graph()
  const values = new Map<string, Float32Array>()
  const shape = { key: 'lstm', in: 6, hidden: 3, layers, dropout: 0 }
  const fill = (name: string, n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => normal(1, streamOf(name), i))
  const param = (name: string, size: Shape) => {
    values.set(name, fill(name, sizeOf(size)))
    return graph.source('state', name, size)
  }
  const x = fill('x', rows * 6)
  const y = traceLstm({ graph, param, dropout: (t) => t }, graph.input('x', [rows, 6]), shape)
  const traced = interpret(graph, new Map([...values, ['x', x]]))(y)
  const looped = runLstm((name) => values.get(name), x, rows, shape)
  expect(looped.length).toBe(rows * 6)
  expect(values.size).toBe(8 * layers)
  looped.forEach((v, i) => expect(v).toBeCloseTo(traced[i], 6))
})
