import { describe, expect, it } from 'vitest'
import { caseGraph } from './caseGraph.ts'
import { matmul } from './matmul.ts'
import { cases } from './matmulCases.ts'
import type { Sizes } from '../graph/op.ts'

describe('the shapes that matmul is tested with', () => {
  it('reach every tile of the kernel for quads, the largest in each orientation and beside a low rank', () => {
    const reached = cases.flatMap((c) => {
      const { inputs, outputs } = caseGraph(matmul.definition, c)
      const [{ alternatives = [] }] = matmul.definition.dispatch({ ...inputs, ...outputs } as Sizes, c.attrs)
      const tiles = alternatives.flatMap(({ shader }) => /var sums: array<f32, (\d+)>/.exec(shader)?.[1] ?? [])
      return tiles.map((tile) => ({ tile: Number(tile), way: `${c.attrs.transA ? 'T' : 'N'}${c.attrs.transB ? 'T' : 'N'}${'a2' in inputs ? ' + low' : ''}` }))
    })
    expect([...new Set(reached.map((r) => r.tile))].toSorted((a, b) => a - b)).toEqual([64, 128, 256, 512])
    expect(new Set(reached.filter((r) => r.tile === 512).map((r) => r.way))).toEqual(new Set(['NN', 'TN', 'NT + low']))
  })
})
