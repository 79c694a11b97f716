// Batches of several tasks as one plan: every batch is of one task. A task's share of an epoch is its number of batches to the
// power 1/temperature: 1 keeps each example once an epoch, larger temperatures make the shares more even.
// Invariant, as for a single task: `batch(i)` depends on the plans, the options and i alone.
import { shuffle } from '../lib/rng.ts'
import type { BatchPlan } from './batches.ts'

export interface TaskPlan {
  readonly plan: BatchPlan
  /** Rows of the task table that stand for the task, taken in turn; none where tasks are only mixed. */
  readonly rows: readonly number[]
}

export interface TaskBatchOptions {
  /** At least 1. */
  readonly temperature: number
  readonly seed: number
}

/** Batches of an epoch for each task: `total` shared out by weight, at least one each, the largest remainders rounded up. */
export function shareOut(counts: readonly number[], temperature: number): number[] {
  const total = counts.reduce((n, c) => n + c, 0)
  const weights = counts.map((c) => c ** (1 / temperature))
  const sum = weights.reduce((n, w) => n + w, 0)
  const exact = weights.map((w) => (total * w) / sum)
  const shares = exact.map((x) => Math.max(1, Math.floor(x + 1e-9)))
  const byRemainder = exact.map((x, i) => ({ i, rest: x - Math.floor(x + 1e-9) })).toSorted((a, b) => b.rest - a.rest || a.i - b.i)
  for (const { i } of byRemainder) if (shares.reduce((n, s) => n + s, 0) < total) shares[i]++
  return shares
}

/** What batch a task of that number gives next after `drawn` of its own. */
export function taskBatch({ plan, rows }: TaskPlan, drawn: number): ReturnType<BatchPlan['batch']> {
  return { ...plan.batch(drawn), ...(rows.length > 0 && { task: rows[drawn % rows.length] }) }
}

export function planTasks(tasks: readonly TaskPlan[], { temperature, seed }: TaskBatchOptions): BatchPlan {
  const shares = shareOut(tasks.map((t) => t.plan.batchesPerEpoch), temperature)
  const batchesPerEpoch = shares.reduce((n, s) => n + s, 0)
  const sorted = shares.flatMap((share, task) => Array.from({ length: share }, () => task))
  let known: { readonly epoch: number; readonly order: readonly { readonly task: number; readonly before: number }[] } | undefined

  /** The task of each batch of an epoch, and how many batches of it came before in that epoch. */
  const orderOf = (epoch: number): readonly { readonly task: number; readonly before: number }[] => {
    if (known?.epoch !== epoch) {
      const seen = tasks.map(() => 0)
      known = { epoch, order: Array.from(shuffle(batchesPerEpoch, seed, 0x7a5c0000 + epoch), (at) => ({ task: sorted[at], before: seen[sorted[at]]++ })) }
    }
    return known!.order
  }

  const shapes = new Map(tasks.flatMap((t) => t.plan.shapes).map((s) => [`${s.B},${s.T}`, s]))
  return {
    batchesPerEpoch,
    shapes: [...shapes.values()].toSorted((a, b) => b.T - a.T),
    batch(index) {
      const epoch = Math.floor(index / batchesPerEpoch)
      const { task, before } = orderOf(epoch)[index % batchesPerEpoch]
      return taskBatch(tasks[task], epoch * shares[task] + before)
    },
  }
}
