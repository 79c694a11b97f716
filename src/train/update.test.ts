import { describe, expect, it } from 'vitest'
import { interpret } from '../engine/interpret.ts'
import { adamwHyper } from '../optim/adamwHyper.ts'
import type { TrainableEntry } from './census.ts'
import { layOut, type Group } from './layout.ts'
import { PLAIN } from './objective.ts'
import { traceUpdate } from './update.ts'

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
      const state = new Map<string, ArrayLike<number>>([['values', values], ['gradient', gradient], ['m', m], ['v', v], ['start', start], ['hyper', hyper]])
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
    expect(states({ l2Start: 1 })).toEqual(['gradient', 'm', 'start', 'v', 'values'])
  })
})
