import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Graph } from '../graph/graph.ts'
import type { Attrs, OpDefinition } from '../graph/op.ts'
import { bytesOf, storageOf, type Tensor } from '../graph/tensor.ts'
import { traceStep } from '../train/step.ts'
import { testSubject } from '../train/testSubject.ts'
import { plan, printPlan, type Plan } from './plan.ts'

const idle = { dispatch: () => [], reference: () => undefined, cases: [] }
/** Makes y and z of given sizes from up to three inputs; y may take the place of a. */
const make = (name: string, inPlace: boolean): OpDefinition<Attrs> => ({
  name,
  inputs: ['a?', 'b?', 'c?'],
  outputs: ['y', 'z'],
  ...(inPlace && { inPlace: { y: 'a' } }),
  shape: (_inputs, { y, z }) => ({ y: [Number(y)], ...(z !== 0 && { z: [Number(z)] }) }),
  ...idle,
})
const plain = make('plain', false)
const inPlace = make('inPlace', true)

const ownerOf = (t: Tensor): Tensor => storageOf(t).tensor

/**
 * Runs the plan on slots that remember whose value they hold: every read must find the value it was planned for, and no
 * slot may be bound for reading and for writing in one dispatch. Answers what the slots hold at the end.
 */
function follow({ graph, slots, slotOf, copies }: Plan): (Tensor | undefined)[] {
  const holds = slots.map((): Tensor | undefined => undefined)
  graph.nodes.forEach((node, i) => {
    const inputs = Object.values(node.inputs)
      .map(ownerOf)
      .filter((t) => t.kind === 'value')
    for (const t of inputs) expect(holds[slotOf.get(t)!], `node ${i} reads %${t.id}`).toBe(t)
    const copied = new Set((copies.get(i) ?? []).map((c) => c.to))
    const written = new Set<number>()
    for (const [name, t] of Object.entries(node.outputs)) {
      const slot = slotOf.get(t)!
      expect(slots[slot].bytes).toBeGreaterThanOrEqual(bytesOf(t))
      expect(written.has(slot), `two outputs of node ${i} in slot ${slot}`).toBe(false)
      written.add(slot)
      const from = node.inputs[node.op.inPlace?.[name] ?? '']
      const sharing = inputs.filter((x) => slotOf.get(x) === slot)
      if (from && !copied.has(t)) expect(sharing, `%${t.id} is written in place`).toEqual([ownerOf(from)])
      else expect(sharing, `%${t.id} shares a slot with an input`).toEqual([])
    }
    for (const t of Object.values(node.outputs)) holds[slotOf.get(t)!] = t
  })
  return holds
}

/** No two values share a slot at a time when both are still needed: lifetimes derived anew from the graph. */
function overlaps({ graph, slotOf }: Plan, keep: readonly Tensor[]): string[] {
  const born = new Map<Tensor, number>()
  const dies = new Map<Tensor, number>()
  graph.nodes.forEach((node, i) => {
    for (const t of Object.values(node.inputs)) dies.set(ownerOf(t), i)
    for (const t of Object.values(node.outputs)) {
      born.set(t, i)
      dies.set(t, i)
    }
  })
  for (const t of keep) dies.set(ownerOf(t), Number.POSITIVE_INFINITY)
  const values = [...born.keys()]
  const problems: string[] = []
  for (const [i, a] of values.entries())
    for (const b of values.slice(i + 1)) {
      if (slotOf.get(a) !== slotOf.get(b)) continue
      const [first, second] = born.get(a)! <= born.get(b)! ? [a, b] : [b, a]
      // The node that makes the second may read the first for the last time only when it writes in place; `follow` checks that.
      if (dies.get(first)! > born.get(second)!) problems.push(`%${first.id} and %${second.id}`)
    }
  return problems
}

const step = fc.record({
  inPlace: fc.boolean(),
  reads: fc.array(fc.nat(1000), { maxLength: 3 }),
  viewed: fc.boolean(),
  y: fc.integer({ min: 1, max: 40 }),
  z: fc.integer({ min: 0, max: 9 }),
  kept: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  sameSize: fc.boolean(),
})

function randomGraph(steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[]): {
  graph: Graph
  keep: Tensor[]
} {
  const graph = new Graph()
  const known: Tensor[] = [graph.input('x', [8]), graph.source('weight', 'w', [16]), graph.source('state', 's', [4])]
  const keep: Tensor[] = []
  for (const s of steps) {
    const chosen = [...new Set(s.reads.map((n) => known[n % known.length]))]
    // In place with one tensor under two names is never traced: no op takes its in-place input twice.
    const owners = chosen.map(ownerOf)
    const distinct = chosen.filter((_, i) => owners.indexOf(owners[i]) === i)
    const [a, b, c] = distinct.map((t) => (s.viewed && t.shape[0] > 2 ? graph.view(t, [t.shape[0] - 1], 1) : t))
    const size = s.sameSize && a ? a.shape[0] : s.y
    const made = Object.values(graph.emit(s.inPlace ? inPlace : plain, { a, b, c }, { y: size, z: s.z }))
    known.push(...made)
    if (s.kept) keep.push(made[0])
  }
  return { graph, keep }
}

describe('plan', () => {
  it('gives every value a place of its own for as long as it is needed', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { graph, keep } = randomGraph(steps)
        const p = plan(graph, keep)
        expect(overlaps(p, keep)).toEqual([])
        const holds = follow(p)
        for (const t of keep) expect(holds[p.slotOf.get(ownerOf(t))!]).toBe(ownerOf(t))
        expect(printPlan(plan(graph, keep))).toBe(printPlan(p))
      }),
      { numRuns: 300 },
    )
  })

  it('counts bytes by class, as they will be allocated', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), fc.nat(25), (steps, boundary) => {
        const { graph, keep } = randomGraph(steps)
        const { slots, bytes } = plan(graph, keep, boundary)
        const sum = (saved: boolean): number =>
          slots.filter((s) => s.saved === saved).reduce((n, s) => n + Math.max(16, s.bytes), 0)
        expect(bytes).toEqual({
          weights: 64,
          trainable: 16,
          activations: sum(true),
          workspace: sum(false) + 32,
          total: 112 + sum(true) + sum(false),
        })
      }),
    )
  })

  it('calls saved what lives across the boundary, and nothing else', () => {
    const graph = new Graph()
    const x = graph.input('x', [4])
    const run = (a: Tensor): Tensor => graph.emit(plain, { a }, { y: 4, z: 0 })['y']
    const first = run(x)
    const second = run(run(first))
    graph.emit(plain, { a: first, b: second }, { y: 4, z: 0 })
    const p = plan(graph, [], 3)
    const slotsOf = (t: Tensor): boolean => p.slots[p.slotOf.get(t)!].saved
    expect([first, second].map(slotsOf)).toEqual([true, true])
    expect(p.slots.filter((s) => s.saved)).toHaveLength(2)
  })

  it('writes over an input that dies, and copies one that lives', () => {
    const graph = new Graph()
    const made = (op: OpDefinition<Attrs>, a: Tensor): Tensor => graph.emit(op, { a }, { y: 4, z: 0 })['y']
    const a = made(plain, graph.input('x', [4]))
    const b = made(inPlace, a) // a is read again below
    const c = made(inPlace, b)
    graph.emit(plain, { a, b: c }, { y: 4, z: 0 })
    const kept = plan(graph)
    expect(kept.copies.get(1)).toEqual([{ from: a, to: b }])
    expect(kept.slotOf.get(c)).toBe(kept.slotOf.get(b))
    expect(kept.copies.has(2)).toBe(false)
    // What is kept to be read back must not be written over either.
    expect(plan(graph, [b]).copies.get(2)).toEqual([{ from: b, to: c }])
  })

  it('never writes in place over a weight, a state or an input', () => {
    const graph = new Graph()
    for (const [i, t] of [graph.input('x', [4]), graph.source('weight', 'w', [4]), graph.source('state', 's', [4])].entries()) {
      const { y } = graph.emit(inPlace, { a: t }, { y: 4, z: 0 })
      expect(plan(graph).copies.get(i)).toEqual([{ from: t, to: y }])
    }
  })
})

describe('the plan of a training step', () => {
  const methods = [{ id: 'lora', options: { r: 2, target_modules: ['all-linear'] } }]
  it.each(['llama', 'qwen2', 'gpt2'])('holds for %s, frozen and in full', (modelType) => {
    for (const chosen of [methods, [{ id: 'full', options: {} }]]) {
      const { graph, loss, boundary } = traceStep(
        testSubject(modelType, chosen, { num_hidden_layers: 2, n_layer: 2 }),
        { batch: 2, length: 6, rows: 64 },
        true,
      )
      const p = plan(graph, [loss], boundary)
      expect(overlaps(p, [loss])).toEqual([])
      expect(follow(p)[p.slotOf.get(loss)!]).toBe(loss)
    }
  })
})
