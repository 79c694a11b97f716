import { expect, it } from 'vitest'
import { Fault } from '../protocol/failure.ts'
import { offerSlower } from './offerSlower.ts'

const diverged = new Fault('diverged', 'It left.', '')

it('offers the last good checkpoint and a lower rate', () => {
  expect(offerSlower(diverged, { learning_rate: 1e-3, max_grad_norm: 1 }, 75)).toMatchObject({
    message: 'It left.',
    hint: expect.stringContaining('step 75'),
    remedies: [
      { kind: 'continue', step: 75, learning_rate: 0.00033 },
      { kind: 'training', name: 'learning_rate', value: 0.00033 },
    ],
  })
})
it('offers no checkpoint that is not there, and clipping where it is off', () => {
  expect(offerSlower(diverged, { learning_rate: 0.05, max_grad_norm: 0 }, undefined)).toMatchObject({
    remedies: [
      { kind: 'training', name: 'learning_rate', value: 0.017 },
      { kind: 'training', name: 'max_grad_norm', value: 1 },
    ],
  })
})
it('leaves other errors alone', () => {
  const other = new Fault('storage', 'Full.', 'Delete something.')
  expect(offerSlower(other, { learning_rate: 1, max_grad_norm: 0 }, 3)).toBe(other)
})
