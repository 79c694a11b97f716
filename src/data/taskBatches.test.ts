import { expect, it } from 'vitest'
import { planBatches, type BatchPlan } from './batches.ts'
import type { Example } from './examples.ts'
import { planTasks, shareOut } from './taskBatches.ts'

const examples = (task: number, count: number): Example[] =>
  Array.from({ length: count }, (_, i) => ({ ids: Int32Array.from({ length: 4 + (i % 40) }, () => 100 * task + i), mask: new Uint8Array(4 + (i % 40)).fill(1, 1), truncated: false }))
const plan = (task: number, count: number): BatchPlan => planBatches(examples(task, count), { batchSize: 4, maxLength: 64, packing: false, seed: 3 })
const three = (temperature: number): BatchPlan =>
  planTasks(
    [
      { plan: plan(0, 40), rows: [0] },
      { plan: plan(1, 12), rows: [1, 2] },
      { plan: plan(2, 4), rows: [3] },
    ],
    { temperature, seed: 5 },
  )
const taskOf = (token: number): number => Math.floor(token / 100)
const rowsOf = (task: number): number[] => [[0], [1, 2], [3]][task]

it('shares an epoch out by size, and more evenly with temperature', () => {
  expect(shareOut([10, 3, 1], 1)).toEqual([10, 3, 1])
  expect(shareOut([10, 3, 1], 2)).toEqual([8, 4, 2])
  expect(shareOut([10, 3, 2], 100)).toEqual([5, 5, 5])
  expect(shareOut([1000, 1], 1)).toEqual([1000, 1])
  expect(shareOut([7], 4)).toEqual([7])
})

it('holds every example once an epoch, in batches of one task each, in an order that changes', () => {
  const mixed = three(1)
  expect(mixed.batchesPerEpoch).toBe(14)
  const orders: string[] = []
  for (const epoch of [0, 1, 2]) {
    const seen: number[] = []
    const order: number[] = []
    for (let i = 0; i < 14; i++) {
      const batch = mixed.batch(epoch * 14 + i)
      const tokens = [...batch.tokens].filter((_, at) => batch.segments[at] >= 0)
      const task = taskOf(tokens[0])
      expect(new Set(tokens.map(taskOf))).toEqual(new Set([task]))
      expect(rowsOf(task)).toContain(batch.task)
      seen.push(...new Set(tokens))
      order.push(task)
    }
    expect(seen.toSorted((a, b) => a - b)).toEqual([...Array(40).keys(), ...Array.from({ length: 12 }, (_, i) => 100 + i), ...Array.from({ length: 4 }, (_, i) => 200 + i)])
    orders.push(order.join(''))
  }
  expect(new Set(orders).size).toBe(3)
})

it('takes the wordings of a task in turn', () => {
  const mixed = three(1)
  const drawn = Array.from({ length: 28 }, (_, i) => mixed.batch(i).task!).filter((row) => row === 1 || row === 2)
  expect(drawn).toEqual([1, 2, 1, 2, 1, 2])
})

it('gives the same batch at the same index, whatever was asked before', () => {
  const [forwards, jumping] = [three(2), three(2)]
  const all = Array.from({ length: 40 }, (_, i) => forwards.batch(i))
  for (const i of [33, 2, 17, 16, 39, 0]) expect(jumping.batch(i)).toEqual(all[i])
})

it('says nothing of a task where tasks are only mixed', () => {
  const mixed = planTasks([{ plan: plan(0, 8), rows: [] }, { plan: plan(1, 8), rows: [] }], { temperature: 1, seed: 0 })
  expect(mixed.batch(0)).not.toHaveProperty('task')
})
