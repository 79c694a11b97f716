import { expect, it } from 'vitest'
import { attachAll } from '../methods/registry.ts'
import type { Training } from '../protocol/training.ts'
import { subjectOf } from '../train/base.ts'
import { freshValues } from '../train/freshValues.ts'
import { Learner } from '../train/learner.ts'
import { PLAIN } from '../train/objective.ts'
import { testBase, testBatch } from '../train/testRun.ts'

it.each(['llama', 'gpt2'])('a step of %s gives the same bytes with values kept and with values computed again, from less memory', async (model) => {
  const base = await testBase(model)
  const subject = subjectOf(base, attachAll([{ id: 'lora', options: { r: 4, lora_dropout: 0.2 } }, { id: 'bottleneck', options: {} }], base.outline))
  const initial = await freshValues(base, subject.layout, 1)
  const stepWith = async (checkpointing: Training['gradient_checkpointing']): Promise<{ gradient: Float32Array; kept: number }> => {
    const learner = await Learner.make(base, subject, { ...PLAIN, checkpointing })
    // Values that the zeros of a fresh adapter would hide from the gradient.
    learner.params.write('values', initial.map((v, i) => v + 0.01 * Math.sin(i)))
    await learner.accumulate(testBatch(base, 3), 1, [5, 1])
    const gradient = await learner.params.read('gradient')
    const kept = base.memory.bytes('activations')
    await learner.dispose()
    return { gradient, kept }
  }
  const [off, selective, full] = [await stepWith('off'), await stepWith('selective'), await stepWith('full')]
  expect(off.gradient.some((x) => x !== 0)).toBe(true)
  expect(selective.gradient).toEqual(off.gradient)
  expect(full.gradient).toEqual(off.gradient)
  expect(selective.kept).toBeLessThan(off.kept)
  expect(full.kept).toBeLessThan(0.75 * off.kept)
  base.weights.dispose()
})
