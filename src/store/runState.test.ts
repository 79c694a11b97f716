// The fold over run events: every event has its place, and a continued run replaces what it repeats.
import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../protocol/event.ts'
import { canContinue, compareAnswers, lossNow, secondsLeft, speed, validationNow } from './runFigures.ts'
import { apply, applyAll, CURVE, newRun, VALIDATION } from './runState.ts'
import { column } from './table.ts'
import { defaultRecipe } from '../protocol/recipe.ts'

const step = (n: number, loss = 2, ms = 500): RunEvent => ({
  type: 'step',
  step: n,
  steps: 10,
  loss,
  learningRate: 0.001,
  gradNorm: 1,
  tokens: 100,
  trainedTokens: 40,
  ms,
})
const phase = (name: Extract<RunEvent, { type: 'phase' }>['phase'], detail?: string): RunEvent =>
  detail === undefined ? { type: 'phase', phase: name, at: 0 } : { type: 'phase', phase: name, at: 0, detail }

describe('apply', () => {
  it('collects steps into the curve and smooths the loss', () => {
    const run = applyAll(newRun(10), [phase('training'), step(1, 4), step(2, 2)])
    expect([...column(run.curve, CURVE.loss)]).toEqual([4, 2])
    expect(lossNow(run)).toBeCloseTo(3.6)
    expect([run.step, run.steps, run.phase]).toEqual([2, 10, 'training'])
  })

  it('keeps the numbers of each task, the first validation and the newest', () => {
    const validation = (at: number, losses: readonly number[]): RunEvent => ({ type: 'validation', step: at, loss: 1, tokens: 9, tasks: losses.map((loss, i) => ({ name: 'ab'[i], loss, tokens: 3 })) })
    const tasks = [{ name: 'a', correct: 1, total: 2 }]
    const run = applyAll(newRun(10), [validation(0, [3, 4]), validation(5, [2, 2]), validation(9, [1, 2]), { type: 'score', when: 'after', metric: 'exact_match', correct: 1, total: 2, answers: [], tasks }])
    expect(run.taskLosses!.first.map((t) => t.loss)).toEqual([3, 4])
    expect(run.taskLosses!.now.map((t) => t.loss)).toEqual([1, 2])
    expect(run.after).toEqual({ metric: 'exact_match', correct: 1, total: 2, answers: [], tasks })
    expect(applyAll(newRun(10), [{ type: 'validation', step: 1, loss: 1, tokens: 9 }])).not.toHaveProperty('taskLosses')
  })

  it('replaces the steps that a continued run repeats', () => {
    const before = applyAll(newRun(10), [step(1), step(2), { type: 'checkpoint', step: 2, bytes: 1 }, step(3, 9), step(4, 9)])
    const after = applyAll(before, [phase('training'), step(3, 1)])
    expect([...column(after.curve, CURVE.step)]).toEqual([1, 2, 3])
    expect([...column(after.curve, CURVE.loss)]).toEqual([2, 2, 1])
    expect([...column(before.curve, CURVE.loss)]).toEqual([2, 2, 9, 9])
    expect([after.step, after.checkpoint?.step]).toEqual([3, 2])
  })

  it('keeps one validation loss per step', () => {
    const at = (n: number, loss: number): RunEvent => ({ type: 'validation', step: n, loss, tokens: 5 })
    const run = applyAll(newRun(10), [at(2, 3), at(4, 2.5), at(4, 2.4)])
    expect([...column(run.validation, VALIDATION.loss)]).toEqual([3, 2.4])
    expect(validationNow(run)).toBe(2.4)
  })

  it('ends details, counters and failures with the phase they belong to', () => {
    const failure = { code: 'device-lost', message: 'a', hint: 'b' } as const
    const scoring = apply(apply(newRun(3), phase('scoring', 'x')), { type: 'scoring', when: 'before', done: 1, total: 2 })
    expect(scoring.scoring?.done).toBe(1)
    const training = apply(scoring, phase('training'))
    expect([training.scoring, training.detail]).toEqual([undefined, undefined])
    const failed = applyAll(training, [step(1), { type: 'failure', failure }, phase('failed')])
    expect(failed.failure).toEqual(failure)
    expect(failed.curve.rows).toBe(1)
    expect(apply(failed, phase('training')).failure).toBeUndefined()
  })

  it('keeps the scores apart', () => {
    const score = (when: 'before' | 'after', correct: number): RunEvent => ({
      type: 'score',
      when,
      metric: 'exact_match',
      correct,
      total: 4,
      answers: [],
    })
    const run = applyAll(newRun(3), [score('before', 1), score('after', 3)])
    expect([run.before?.correct, run.after?.correct]).toEqual([1, 3])
  })
})

describe('figures', () => {
  it('measures speed over the last steps only', () => {
    const slow = Array.from({ length: 30 }, (_, i) => step(i + 1, 2, 10_000))
    const fast = Array.from({ length: 20 }, (_, i) => step(i + 31, 2, 250))
    const run = { ...applyAll(newRun(100), [...slow, ...fast]), steps: 100 }
    expect(speed(run)).toEqual({ tokensPerSecond: 400, secondsPerStep: 0.25 })
    expect(secondsLeft(run)).toBe(12.5)
    expect(speed(newRun(3))).toBeUndefined()
  })

  it('counts validations and the answers at the end into the time that is left', () => {
    const at = (name: Extract<RunEvent, { type: 'phase' }>['phase'], ms: number): RunEvent => ({ type: 'phase', phase: name, at: ms })
    const validation = (n: number): RunEvent => ({ type: 'validation', step: n, loss: 2, tokens: 10, ms: 4000 })
    const score: RunEvent = { type: 'score', when: 'before', metric: 'exact_match', correct: 0, total: 8, answers: [] }
    const half = applyAll(newRun(10), [
      at('scoring', 1000), score, validation(0), at('training', 31_000),
      ...[1, 2, 3, 4, 5].map((n) => step(n)), validation(5),
    ])
    // Five steps of half a second, one validation, thirty seconds of answers.
    expect(secondsLeft(half)).toBe(2.5 + 4 + 30)
    const scoring = applyAll(half, [
      ...[6, 7, 8, 9, 10].map((n) => step(n)), validation(10), at('scoring', 60_000), { type: 'scoring', when: 'after', done: 6, total: 8 },
    ])
    expect(secondsLeft(scoring)).toBe(7.5)
    expect(secondsLeft(applyAll(scoring, [{ ...score, when: 'after' }, at('done', 70_000)]))).toBeUndefined()
  })

  it('puts the answers that are wrong now first', () => {
    const answer = (prompt: string, correct: boolean) => ({ prompt, expected: 'e', answer: 'a', correct })
    const before = { metric: 'exact_match', correct: 0, total: 3, answers: [answer('p', true), answer('q', false), answer('r', false)] } as const
    const after = { metric: 'exact_match', correct: 2, total: 3, answers: [answer('p', true), answer('q', false), answer('r', true)] } as const
    expect(compareAnswers(before, after).map((r) => r.prompt)).toEqual(['q', 'p', 'r'])
    expect(compareAnswers(before, undefined).map((r) => r.prompt)).toEqual(['q', 'r', 'p'])
    expect(compareAnswers(undefined, undefined)).toEqual([])
  })

  it('continues only what is unfinished and saved', () => {
    const recipe = defaultRecipe()
    const record = { id: 'a', recipe, createdAt: 0, status: 'running', step: 5, hasAdapter: false } as const
    expect(canContinue(record)).toBe(false)
    expect(canContinue({ ...record, checkpointStep: 4 })).toBe(true)
    expect(canContinue({ ...record, checkpointStep: 4, status: 'done' })).toBe(false)
    expect(canContinue({ ...record, checkpointStep: 200, step: 200 })).toBe(false)
  })
})
