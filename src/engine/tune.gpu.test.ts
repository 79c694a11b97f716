import { expect, it } from 'vitest'
import { Memory } from '../gpu/memory.ts'
import { Pipelines } from '../gpu/pipelines.ts'
import { Graph } from '../graph/graph.ts'
import { matmul } from '../ops/matmul.ts'
import { plan } from './plan.ts'
import { testGpu } from './testGpu.ts'
import { clockStopwatch, tune, type Tuned } from './tune.ts'

it('times every kernel of a product on this device, and gives its memory back', async () => {
  const gpu = await testGpu()
  const memory = new Memory(gpu.device)
  const g = new Graph()
  const total = g.source('state', 'total', [72 * 136])
  matmul(g, { a: g.input('a', [72, 36]), b: g.input('b', [136, 36], 'bf16'), a2: g.input('a2', [72, 8]), b2: g.input('b2', [136, 8]), total }, { transA: false, transB: true, alpha: 1, transB2: true, alpha2: 0.5 })
  const tuned: Tuned = new Map()
  const measured = await tune(gpu, plan(g), clockStopwatch(gpu, memory, new Pipelines(gpu.device)), tuned)
  const [[key, times]] = measured
  expect(key).toContain('rank 8')
  expect(times.length).toBeGreaterThan(1)
  expect(times.every((ms) => ms > 0 && ms < 1000)).toBe(true)
  expect(times[tuned.get(key)!]).toBe(Math.min(...times))
  expect(memory.bytes()).toBe(0)
})
