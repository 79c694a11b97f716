// Events from outside come through whole or not at all.
import { expect, it } from 'vitest'
import { readEvents } from './readEvents.ts'

const step = { type: 'step', step: 1, steps: 2, loss: 3.5, learningRate: 0.1, gradNorm: 1, tokens: 9, trainedTokens: 4, ms: 12 }
const read = (...events: unknown[]) => readEvents(events.map((e) => JSON.stringify(e)))

it('keeps what a run says', () => {
  const told = [
    step,
    { type: 'phase', phase: 'training', at: 1 },
    { type: 'validation', step: 1, loss: 2, tokens: 5, tasks: [{ name: 'a', loss: 1, tokens: 2 }] },
    { type: 'score', when: 'after', metric: 'accuracy', correct: 1, total: 1, answers: [{ prompt: 'p', expected: 'e', answer: 'a', correct: true }] },
    { type: 'layers', step: 1, layers: 2, norms: [[-1, 0.5], [0, 0.25]] },
    { type: 'reading', step: 1, examples: [[{ text: 'x', loss: 1 }]] },
  ]
  expect(read(...told)).toEqual(told)
})

it('leaves out what is malformed', () => {
  expect(read({ ...step, loss: '3' }, { ...step, evil: { toString: 1 } }, { type: 'score', when: 'after', metric: 'f1', correct: 1, total: 1, answers: [{}] }, { type: 'nothing' }, null, 7, [], { type: '__proto__' }, { type: 'phase', phase: 'x', at: 0 }, { type: 'layers', step: 1, layers: 2, norms: [[1]] })).toEqual([])
  expect(readEvents(['{"type":', '', '  ', JSON.stringify(step)])).toEqual([step])
})
