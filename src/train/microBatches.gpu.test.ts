import { expect, it } from 'vitest'
import { amidGpuCalls } from '../gpu/testGpuCalls.ts'
import { attachAll } from '../methods/registry.ts'
import { adamwHyper } from '../optim/adamwHyper.ts'
import { subjectOf } from './base.ts'
import { freshValues } from './freshValues.ts'
import { Learner, shapeOf, type StepNumbers } from './learner.ts'
import { testBase, testBatch } from './testRun.ts'

const MICRO = 3
const STEPS = 2

// Uploads are queued like kernels, so that nothing between two micro-batches, nor between two steps, waits for the GPU.
it('submits the micro-batches of two steps while no number of the first has come back, and changes no byte by that', async () => {
  const base = await testBase('llama')
  const subject = subjectOf(base, attachAll([{ id: 'lora', options: { r: 4, lora_dropout: 0.2 } }], base.outline))
  const batches = Array.from({ length: MICRO * STEPS }, (_, i) => testBatch(base, i))
  const initial = await freshValues(base, subject.layout, 1)

  const train = async (oneByOne: boolean): Promise<{ values: Float32Array; numbers: StepNumbers[] }> => {
    const learner = await Learner.make(base, subject)
    learner.params.write('values', initial)
    const { reached } = await learner.prepare(shapeOf(batches[0]), true)
    await learner.prepareUpdate(() => ({ lrScale: 1, weightDecay: 0.1 }), reached, STEPS)
    let [submits, read] = [0, 0]
    let release = (): void => undefined
    const held = new Promise<void>((go) => (release = go))
    const arriving: Promise<StepNumbers>[] = []
    await amidGpuCalls(
      (call, pass) => {
        if (call === 'submit') submits++
        if (call !== 'mapAsync') return pass()
        read++
        // The numbers travel, and do not arrive.
        return oneByOne ? pass() : held.then(pass)
      },
      async () => {
        for (let step = 0; step < STEPS; step++) {
          const hyper = adamwHyper({ beta1: 0.9, beta2: 0.999, eps: 1e-8, maxGradNorm: 1 }, 1e-2, step + 1)
          const { numbers } = await learner.step(batches.slice(step * MICRO, (step + 1) * MICRO), hyper, [1, step])
          arriving.push(numbers)
          if (oneByOne) await numbers
        }
        // All of it is submitted, a read-back for each step.
        expect(submits).toBeGreaterThanOrEqual(MICRO * STEPS)
        expect(read).toBe(STEPS)
        release()
        await Promise.all(arriving)
      },
    )
    const found = { values: await learner.params.read('values'), numbers: (await Promise.all(arriving)).map((n) => ({ ...n, ms: 0 })) }
    await learner.dispose()
    return found
  }

  const apart = await train(true)
  expect(await train(false)).toEqual(apart)
  expect(apart.values).not.toEqual(initial)
  base.weights.dispose()
})
