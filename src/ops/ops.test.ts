// For every op found in this folder: names are unique and match the file, and `backward` agrees with central differences
// of `reference`, both in double precision.
import { describe, expect, it } from 'vitest'
import { differentiate } from '../engine/autodiff.ts'
import { interpret } from '../engine/interpret.ts'
import { sizeOf } from '../graph/shape.ts'
import { normal } from '../lib/rng.ts'
import { allOps } from './allOps.ts'
import { caseGraph } from './caseGraph.ts'

const ops = [...allOps().values()]
const STEP = 1e-4

describe('every op', () => {
  it('has a unique name and at least one case', () => {
    expect(new Set(ops.map((o) => o.name)).size).toBe(ops.length)
    expect(ops.filter((o) => o.cases.length === 0).map((o) => o.name)).toEqual([])
    expect(ops.filter((o) => o.cases.length > 0 && new Set(o.cases.map((c) => c.name)).size !== o.cases.length).map((o) => o.name)).toEqual([])
  })

  for (const op of ops.filter((o) => o.backward)) {
    const checked = op.cases.filter((c) => c.differentiate?.length !== 0)
    it(`${op.name}: some case is differentiated`, () => expect(checked.length).toBeGreaterThan(0))
    for (const c of checked) {
      it(`${op.name}: backward of ${c.name} is the derivative of reference`, () => {
        const { graph, inputs, outputs, values } = caseGraph(op, c)
        const floats = Object.entries(outputs).filter(([, t]) => t.dtype === 'f32')
        const seeds = new Map(floats.map(([name, t]) => [t, graph.input(`d ${name}`, t.shape)]))
        const wanted = Object.entries(inputs).filter(([name, t]) => t.dtype === 'f32' && (c.differentiate?.includes(name) ?? true))
        // Outputs that only serve the backward pass (a saved norm, a log-sum-exp) take no gradient: seed the first one alone.
        const [[, main]] = floats
        const dy = seeds.get(main)!
        const before = graph.nodes.length
        const gradients = differentiate(graph, new Map([[main, dy]]), wanted.map(([, t]) => t))
        if (c.differentiate) expect([...gradients.keys()].map((t) => t.name).toSorted()).toEqual(wanted.map(([n]) => n).toSorted())
        const sources = new Map<string, ArrayLike<number>>(values)
        floats.forEach(([name, t], s) => sources.set(`d ${name}`, Float64Array.from({ length: sizeOf(t.shape) }, (_, i) => normal(11, s, i))))
        const read = interpret(graph, sources)
        const forwardOnly = Object.assign(Object.create(Object.getPrototypeOf(graph) as object) as typeof graph, graph, { nodes: graph.nodes.slice(0, before) })
        const seed = sources.get(dy.name)!
        const objective = (changed: ReadonlyMap<string, ArrayLike<number>>): number => {
          const y = interpret(forwardOnly, changed)(main)
          let sum = 0
          for (let i = 0; i < y.length; i++) sum += y[i] * seed[i]
          return sum
        }
        for (const [t, d] of gradients) {
          const exact = read(d)
          const scale = Math.max(1e-3, ...Array.from(exact, Math.abs))
          const base = Float64Array.from(sources.get(t.name)!)
          // Large inputs are sampled; a wrong formula shows in any element.
          const every = Math.max(1, Math.floor(base.length / 40))
          for (let i = 0; i < base.length; i += every) {
            const moved = (by: number): number => objective(new Map(sources).set(t.name, base.with(i, base[i] + by)))
            const numeric = (moved(STEP) - moved(-STEP)) / (2 * STEP)
            expect(Math.abs(numeric - exact[i]) / scale, `d${t.name}[${i}] is ${exact[i]}, differences say ${numeric}`).toBeLessThan(2e-5)
          }
        }
      })
    }
  }
})
