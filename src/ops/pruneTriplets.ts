// AdaLoRA's budget: of all triplets, as many as the step's schedule says lose their e, those with the lowest scores; equal
// scores fall together, as below PEFT's threshold. https://arxiv.org/abs/2303.10512
// A triplet is at or below the n-th lowest score exactly if fewer than n scores are below its own, so nothing is sorted.
import shader from '../../shaders/pruneTriplets.wgsl?raw'
import { defineOp, type Attrs, type Case } from '../graph/op.ts'
import { grid } from '../graph/shape.ts'
import { layTriplets, TRIPLET } from './tripletScores.ts'

/** Entries of a schedule that prune no new number of triplets. */
export const KEEP = -1
export const AGAIN = -2

export const pruneTriplets = defineOp({
  name: 'pruneTriplets',
  inputs: ['step', 'schedule', 'triplets', 'scores', 'value', 'pruned'],
  outputs: [],
  updates: ['value', 'pruned'],
  shape: () => ({}),
  dispatch: ({ schedule, scores }) => {
    const [[count], [steps]] = [scores.shape, schedule.shape]
    return [{ shader, entry: 'update', workgroups: grid(count, 64), params: { count, steps } }]
  },
  reference({ step, schedule, triplets, scores, value, pruned }) {
    const most = schedule[Math.min(step[0], schedule.length - 1)]
    if (most === KEEP) return
    for (let t = 0; t < scores.length; t++) {
      if (most !== AGAIN) pruned[t] = scores.filter((s) => s < scores[t]).length < most ? 1 : 0
      if (pruned[t] > 0) value[triplets[t * TRIPLET + 2]] = 0
    }
  },
  cases: [
    { step: 0, what: 'none now' },
    { step: 1, what: 'seven, with ties' },
    { step: 2, what: 'those of last time' },
    { step: 3, what: 'all' },
    { step: 9, what: 'beyond the schedule' },
  ].map(({ step, what }): Case<Attrs> => {
    const { table, length } = layTriplets([{ r: 5, in: 3, out: 2 }, { r: 70, in: 2, out: 4 }])
    const count = table.length / TRIPLET
    return {
      name: what,
      inputs: {
        step: { shape: [1], fill: () => step },
        schedule: { shape: [4], dtype: 'i32', fill: (i) => [KEEP, 7, AGAIN, count][i] },
        triplets: { shape: [count, TRIPLET], dtype: 'i32', fill: (i) => table[i] },
        scores: { shape: [count], fill: (i) => Math.floor(40 + 30 * Math.sin(i)) },
        value: { shape: [length], fill: (i) => 1 + i },
        pruned: { shape: [count], fill: (i) => i % 3 % 2 },
      },
      attrs: {},
    }
  }),
})
