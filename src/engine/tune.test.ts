import { describe, expect, it } from 'vitest'
import type { Gpu } from '../gpu/device.ts'
import { Graph } from '../graph/graph.ts'
import type { Dispatch } from '../graph/op.ts'
import { matmul } from '../ops/matmul.ts'
import { plan, type Plan } from './plan.ts'
import { chooseTuned, tune, type Stopwatch, type Tuned } from './tune.ts'

const gpu = { device: { features: new Set() }, adapter: { info: {} }, info: { vendor: 'test', architecture: '', description: '', software: false } } as unknown as Gpu

function products(...sizes: readonly (readonly [M: number, N: number, K: number])[]): { p: Plan; options: (i: number) => Dispatch[] } {
  const g = new Graph()
  const attrs = { transA: false, transB: true, alpha: 1 }
  for (const [i, [M, N, K]] of sizes.entries()) matmul(g, { a: g.input(`a${i}`, [M, K]), b: g.input(`b${i}`, [N, K]) }, attrs)
  const options = (i: number): Dispatch[] => {
    const { op, inputs, outputs } = g.nodes[i]
    const [d] = op.dispatch({ ...inputs, ...outputs }, attrs)
    return [d, ...(d.alternatives ?? [])]
  }
  return { p: plan(g), options }
}
/** A clock by which the kernel of that index is fastest. */
const favours =
  (best: number, seen: string[] = []): Stopwatch =>
  (node, choose) => {
    const [d] = node.op.dispatch({ ...node.inputs, ...node.outputs }, node.attrs)
    const options = [d, ...(d.alternatives ?? [])]
    const taken = choose(options)
    seen.push(node.inputs['a'].name)
    return Promise.resolve(taken.shader === options[best].shader ? 1 : 2)
  }

describe('tune', () => {
  it('takes the kernel that ran fastest, for all products of its class and no others', async () => {
    const { p, options } = products([512, 192, 192], [510, 192, 192], [512, 192, 256])
    const tuned: Tuned = new Map()
    await tune(gpu, p, favours(2), tuned)
    const choose = chooseTuned(gpu, tuned)
    expect(tuned.size).toBe(2)
    for (const i of [0, 1, 2]) expect(choose(options(i)).shader).toBe(options(i)[2].shader)
    const other = products([512, 384, 192])
    expect(choose(other.options(0)).shader).toBe(other.options(0)[0].shader)
  })

  it('measures a class once, and the one with most work first', async () => {
    const { p } = products([256, 192, 192], [512, 768, 192])
    const tuned: Tuned = new Map()
    const seen: string[] = []
    const measured = await tune(gpu, p, favours(0, seen), tuned)
    expect(seen[0]).toBe('a1')
    expect([...measured.values()].every((times) => times.length === 4)).toBe(true)
    expect((await tune(gpu, p, favours(0, seen), tuned)).size).toBe(0)
  })

  it('stops when its time is over, and leaves the rest as usual', async () => {
    const { p, options } = products([256, 192, 192], [512, 768, 192])
    let clock = 0
    const tuned: Tuned = new Map()
    await tune(gpu, p, favours(1), tuned, () => (clock += 1500))
    expect(tuned.size).toBe(1)
    expect(chooseTuned(gpu, tuned)(options(0)).shader).toBe(options(0)[0].shader)
  })

  it('offers a GPU nothing that is meant for software adapters', async () => {
    const { p } = products([512, 192, 192])
    const shaders: string[] = []
    await tune(gpu, p, (node, choose) => {
      const [d] = node.op.dispatch({ ...node.inputs, ...node.outputs }, node.attrs)
      shaders.push(choose([d, ...(d.alternatives ?? [])]).shader)
      return Promise.resolve(1)
    }, new Map())
    expect(shaders.filter((s) => s.includes('enable subgroups'))).toEqual([])
    expect(new Set(shaders).size).toBe(4)
  })
})
