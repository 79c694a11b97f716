import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Batch } from '../data/batches.ts'
import { adamwHyper } from '../optim/adamwHyper.ts'
import { subjectOf, type Base } from '../train/base.ts'
import { Learner, shapeOf } from '../train/learner.ts'
import { initialValues, takeWindow } from '../train/params.ts'
import { testBase, testBatch } from '../train/testRun.ts'
import { attachAll } from './registry.ts'

const STEPS = 12
const choice = { id: 'adalora', options: { init_r: 4, target_r: 2, deltaT: 2, tinit: 2, tfinal: 3, target_modules: ['q_proj', 'v_proj'] } }
let base: Base
let batch: Batch
beforeAll(async () => {
  base = await testBase('llama')
  batch = testBatch(base, 4)
})
afterAll(() => base.weights.dispose())

async function learner(): Promise<Learner> {
  const made = await Learner.make(base, subjectOf(base, attachAll([choice], base.outline)))
  const { reached } = await made.prepare(shapeOf(batch), true)
  await made.prepareUpdate(() => ({ lrScale: 1, weightDecay: 0 }), reached, STEPS)
  return made
}

async function train(on: Learner, from: number, to: number): Promise<void> {
  const optimizer = { beta1: 0.9, beta2: 0.999, eps: 1e-8, maxGradNorm: 1 }
  for (let step = from; step < to; step++) await (await on.step([batch], adamwHyper(optimizer, 5e-3, step + 1), [1, step])).numbers
}

it('ends with the budget it was given, and goes on from a checkpoint as if it had never stopped', async () => {
  const whole = await learner()
  const start = await initialValues(whole.subject.layout, 1, (name) => base.weights.readF32(name))
  whole.params.write('values', start)
  await train(whole, 0, STEPS)
  const values = await whole.params.read('values')
  const ranks = [...whole.subject.layout.windows.values()].filter((w) => w.key.endsWith('lora_E')).map((w) => takeWindow(values, w).filter((e) => e !== 0).length)
  expect(ranks.reduce((a, b) => a + b)).toBe(2 * ranks.length)

  for (const cut of [5, 9, 11]) {
    const first = await learner()
    first.params.write('values', start)
    await train(first, 0, cut)
    const second = await learner()
    expect(second.params.lasting).toEqual(['values', 'm', 'v', 'adalora.sensitivity', 'adalora.uncertainty', 'adalora.pruned'])
    for (const name of second.params.lasting) second.params.write(name, await first.params.read(name))
    await train(second, cut, STEPS)
    expect(await second.params.read('values')).toEqual(values)
    await first.dispose()
    await second.dispose()
  }
  await whole.dispose()
})
