import { expect, it } from 'vitest'
import { interpret } from '../engine/interpret.ts'
import { Graph } from '../graph/graph.ts'
import { normal } from '../lib/rng.ts'
import { orthogonality } from './orthogonality.ts'

// A: 3 rows of 5; B: 3 columns of 4.
const sides = Int32Array.of(0, 5, 5, 1, 15, 4, 1, 3)
const start = Float64Array.from({ length: 27 }, (_, i) => normal(3, 0, i))

function run(value: Float64Array): { total: number; gradient: ArrayLike<number> } {
  const g = new Graph()
  const state = (name: string): ReturnType<Graph['source']> => g.source('state', name, [27])
  const { total } = orthogonality(g, { sides: g.constant('sides', [2, 4], sides), value: state('value'), gradient: state('gradient') }, { rank: 3, weight: 0.7, longest: 5 })
  const read = interpret(g, new Map<string, ArrayLike<number>>([['value', value], ['gradient', new Float64Array(27).fill(2)]]))
  return { total: read(total)[0], gradient: read(g.sources.find((s) => s.name === 'gradient')!) }
}

it('adds the derivative of what it reports to the gradient', () => {
  const { gradient } = run(start)
  for (let i = 0; i < 27; i++) {
    const moved = (by: number): number => run(start.with(i, start[i] + by)).total
    expect(gradient[i] - 2).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 6)
  }
})
