import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../protocol/event.ts'
import { ValidationWatch } from './validationWatch.ts'

const watch = (patience: number, threshold = 0) =>
  new ValidationWatch({ early_stopping_patience: patience, early_stopping_threshold: threshold, load_best_model_at_end: true })

describe('early stopping', () => {
  // Number of losses that transformers' EarlyStoppingCallback(patience, threshold) takes before it stops, and the best of them.
  it.each([
    { losses: [3, 2, 2.5, 1.9, 1.95, 1.91, 1.9, 1.89], patience: 3, threshold: 0, taken: 7, best: 3 },
    { losses: [3, 2.95, 2.9, 2.6, 2.55, 2.5, 2.45], patience: 2, threshold: 0.1, taken: 3, best: 2 },
    { losses: [2, 1, Number.NaN, 1.5], patience: 2, threshold: 0, taken: 4, best: 1 },
  ])('stops as transformers does on $losses with patience $patience and threshold $threshold', ({ losses, patience, threshold, taken, best }) => {
    const w = watch(patience, threshold)
    const until = losses.findIndex((loss, step) => {
      w.hear(step, loss)
      return w.over
    })
    expect(until + 1).toBe(taken)
    expect(w.best).toEqual({ step: best, loss: losses[best] })
  })

  it('never stops without patience, and needs losses only where it listens', () => {
    const w = watch(0)
    for (let i = 0; i < 50; i++) w.hear(i, i)
    expect(w.over).toBe(false)
    const quiet = { early_stopping_patience: 0, early_stopping_threshold: 0, load_best_model_at_end: false }
    expect(() => watch(0).require(false)).toThrow('This run has no validation loss')
    watch(0).require(true)
    new ValidationWatch(quiet).require(false)
  })

  it('goes on where it was, though events were told twice or belong to steps that are lost', () => {
    const losses = [5, 4, 4.5, 4.2, 3]
    const events = losses.map((loss, step): RunEvent => ({ type: 'validation', step, loss, tokens: 1 }))
    const [live, back] = [watch(3), watch(3)]
    for (const [step, loss] of losses.slice(0, 4).entries()) live.hear(step, loss)
    back.restore([...events.slice(0, 2), ...events], 3)
    expect(back.best).toEqual({ step: 1, loss: 4 })
    for (const w of [live, back]) w.hear(4, 4.1)
    expect([live.over, back.over]).toEqual([true, true])
  })
})
