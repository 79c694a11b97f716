// Token losses are what the mean is made of, and what the logits say.
import { describe, expect, it } from 'vitest'
import { subjectOf } from './base.ts'
import { computeLogits } from './computeLogits.ts'
import { Learner } from './learner.ts'
import { testBase, testBatch } from './testRun.ts'

describe('token losses', () => {
  it('are −log p of each target, 0 where none is, and sum up to the loss', async () => {
    const base = await testBase('llama')
    const subject = subjectOf(base, [])
    const learner = await Learner.make(base, subject)
    const before = base.memory.bytes()
    try {
      const batch = testBatch(base, 3)
      const { loss, tokens } = await learner.evaluate([batch])
      const found = await learner.tokenLosses(batch)
      expect(found).toHaveLength(batch.B * batch.T)
      expect(found.reduce((a, b) => a + b, 0) / tokens).toBeCloseTo(loss, 5)
      const asked = [...batch.targets.keys()].filter((i) => batch.targets[i] >= 0)
      const logits = await computeLogits(base, subject, undefined, batch, Int32Array.from(asked))
      const width = logits.length / asked.length
      asked.forEach((place, i) => {
        const row = logits.subarray(i * width, (i + 1) * width)
        const most = Math.max(...row)
        const expected = Math.log(row.reduce((n, z) => n + Math.exp(z - most), 0)) + most - row[batch.targets[place]]
        expect(found[place], `place ${place}`).toBeCloseTo(expected, 4)
      })
      expect([...batch.targets.keys()].filter((i) => batch.targets[i] < 0 && found[i] !== 0)).toEqual([])
    } finally {
      await learner.dispose()
    }
    expect(base.memory.bytes(), 'nothing more is held than before').toBeLessThanOrEqual(before)
    base.weights.dispose()
  })
})
