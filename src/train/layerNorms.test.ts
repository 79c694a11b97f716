import { expect, it } from 'vitest'
import { layOut } from './layout.ts'
import { normsByLevel, stretchesOf, traceLayerNorms } from './layerNorms.ts'
import type { TrainableEntry } from './census.ts'

const entry = (key: string, size: number): TrainableEntry => ({ key, shape: [size], transposed: false, frozen: false, owner: 0, init: { kind: 'zeros' } as never, decays: true })
const layout = layOut([entry('e', 10), entry('a0', 64), entry('b0', 3), entry('a1', 5), entry('late e', 7)])
const levels = new Map([['e', -1], ['a0', 0], ['b0', 0], ['a1', 1], ['late e', -1]])

it('joins neighbours of a level, and keeps what lies apart', () => {
  expect(stretchesOf(layout, levels)).toEqual([
    { level: -1, offset: 0, length: 10 },
    { level: 0, offset: 64, length: 67 },
    { level: 1, offset: 192, length: 5 },
    { level: -1, offset: 256, length: 7 },
  ])
})
it('takes the norm over all stretches of a level, from the lowest up', () => {
  expect(normsByLevel(stretchesOf(layout, levels), [3, 2, 1, 4])).toEqual([[-1, 5], [0, 2], [1, 1]])
})
it('is a norm for every stretch', () => {
  const { graph, norms } = traceLayerNorms(layout, stretchesOf(layout, levels))
  expect(norms.map((t) => t.shape)).toEqual([[1], [1], [1], [1]])
  expect(graph.nodes.map((n) => n.op.name)).toEqual(['norm', 'norm', 'norm', 'norm'])
})
