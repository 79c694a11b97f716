import { describe, expect, it } from 'vitest'
import { interpret } from '../engine/interpret.ts'
import { adamwHyper, adamwRows } from '../optim/adamwHyper.ts'
import type { TrainableEntry } from './census.ts'
import { layOut, type Group } from './layout.ts'
import { PLAIN } from './objective.ts'
import { START, traceUpdate } from './update.ts'

const entry = (key: string, n: number): TrainableEntry => ({ key, shape: [n], transposed: false, frozen: false, owner: 0, decays: true, init: { kind: 'zeros' } })
const layout = layOut([entry('w', 6), entry('still', 3)])
const optimizer = { beta1: 0.9, beta2: 0.999, eps: 1e-8, maxGradNorm: 1 }
const window = (values: ArrayLike<number>, key: string): number[] => {
  const { offset, size } = layout.windows.get(key)!
  return Array.from(values).slice(offset, offset + size)
}

describe('an update with penalties', () => {
  const penalties = { l1: 0.3, l2: 0.2, l2Start: 0.5 }
  const start = new Float64Array(layout.length)
  for (let i = 0; i < 6; i++) start[i] = i === 2 ? 0 : Math.sin(i + 1)
  start.fill(2, layout.windows.get('still')!.offset, layout.windows.get('still')!.offset + 3)
  const groupOf = ({ key }: { readonly key: string }): Group => (key === 'still' ? { lrScale: 0, weightDecay: 0 } : { lrScale: 1, weightDecay: 0.01 })

  // torch.optim.AdamW([w], 0.1, weight_decay=0.01) on (a·w).sum() + l1·w.abs().sum() + l2/2·(w²).sum() + l2Start/2·((w − w₀)²).sum()
  // with a = cos(i), w₀ = sin(i + 1) but w₀[2] = 0, after clip_grad_norm_([w], 1), in float64.
  const norms = [2.6016536044542455, 2.4280389587247586, 2.2888471199432385]
  const after = [0.5391159420325571, 0.606955184703772, 0.2321326521054214, -0.4547088841730515, -0.6563504587086294, -0.10425192431183726]

  it('steps as torch does on the penalised loss, and leaves what does not train alone', () => {
    const { graph, norm } = traceUpdate({ attachments: [], layout }, groupOf, undefined, penalties)
    const zeros = (): Float64Array => new Float64Array(layout.length)
    let [values, m, v] = [start.slice(), zeros(), zeros()]
    for (const [t, expected] of norms.entries()) {
      const gradient = zeros()
      for (let i = 0; i < 6; i++) gradient[i] = Math.cos(i)
      const hyper = adamwHyper(optimizer, 0.1, t + 1)
      const state = new Map<string, ArrayLike<number>>([['values', values], ['gradient', gradient], ['m', m], ['v', v], [START, start], ['hyper', hyper]])
      const read = interpret(graph, state)
      const now = (name: string): Float64Array<ArrayBuffer> => read(graph.sources.find((s) => s.name === name)!) as Float64Array<ArrayBuffer>
      expect(read(norm)[0]).toBeCloseTo(expected, 5)
      ;[values, m, v] = [now('values'), now('m'), now('v')]
      expect([...now('gradient')]).toEqual([...zeros()])
    }
    // The step's numbers are rounded to float32 before they are read.
    window(values, 'w').forEach((x, i) => expect(x).toBeCloseTo(after[i], 5))
    expect(window(values, 'still')).toEqual([2, 2, 2])
    expect(window(m, 'still')).toEqual([0, 0, 0])
  })

  it('holds the starting values only where they are asked for', () => {
    const states = (p: Partial<typeof penalties>): string[] =>
      traceUpdate({ attachments: [], layout }, groupOf, undefined, { ...PLAIN.penalties, ...p }).graph.sources.flatMap((t) => (t.kind === 'state' ? [t.name] : [])).toSorted()
    expect(states({ l1: 1, l2: 1 })).toEqual(['gradient', 'm', 'v', 'values'])
    expect(states({ l2Start: 1 })).toEqual(['gradient', 'm', 'v', 'values', START])
  })
})

describe('an update of tensors that began at different steps', () => {
  // torch.optim.AdamW of a = sin(i + 1) with rate 0.1 and b = cos(i + 1) with rate 0.05, weight_decay=0.01, four steps on (a³).sum(),
  // which b joins with (b³).sum() at the third (its gradient is None before), each after clip_grad_norm_([a, b], 1), in float64.
  const a = [0.4580800488366491, 0.5240696326687171, -0.1560715334391476, -1.15282713014966]
  const b = [0.44060597817843117, -0.5157634466656286, -1.0889977468501215]
  const both = layOut([entry('a', 4), entry('b', 3)])
  const at = both.windows.get('b')!.offset

  it('counts the updates of each from its own first, as torch does', () => {
    let [values, m, v] = [0, 1, 2].map(() => new Float64Array(both.length))
    for (let i = 0; i < 4; i++) values[i] = Math.sin(i + 1)
    for (let i = 0; i < 3; i++) values[at + i] = Math.cos(i + 1)
    for (let step = 0; step < 4; step++) {
      const thawed = step >= 2
      const groupOf = ({ key }: { readonly key: string }): Group =>
        key === 'a' ? { lrScale: 1, weightDecay: 0.01, since: 0 } : thawed ? { lrScale: 0.5, weightDecay: 0.01, since: 2 } : { lrScale: 0, weightDecay: 0 }
      const { graph, since } = traceUpdate({ attachments: [], layout: both }, groupOf)
      expect(since).toEqual(thawed ? [0, 2] : [0])
      const gradient = values.map((x, i) => (i < 4 || thawed ? 3 * x * x : 0))
      const state = new Map<string, ArrayLike<number>>([['values', values], ['gradient', gradient], ['m', m], ['v', v], ['hyper', adamwRows(optimizer, 0.1, step + 1, since)]])
      const read = interpret(graph, state)
      ;[values, m, v] = ['values', 'm', 'v'].map((name) => Float64Array.from(read(graph.sources.find((s) => s.name === name)!)))
    }
    a.forEach((x, i) => expect(values[i]).toBeCloseTo(x, 5))
    b.forEach((x, i) => expect(values[at + i]).toBeCloseTo(x, 5))
  })
})
