// The numbers and sentences that the page reads off a run. Pure; nothing here is stored.
import type { Phase } from '../protocol/event.ts'
import type { RunRecord } from '../protocol/studio.ts'
import { CURVE, VALIDATION, type RunState, type Score } from './runState.ts'
import { cell, column } from './table.ts'

/** Steps over which speed is averaged: long enough to be steady, short enough to notice a slow-down. */
const SPEED_WINDOW = 20

export const lossNow = (run: RunState): number | undefined => cell(run.curve, run.curve.rows - 1, CURVE.smoothed)
export const validationNow = (run: RunState): number | undefined => cell(run.validation, run.validation.rows - 1, VALIDATION.loss)

export interface Speed {
  readonly tokensPerSecond: number
  readonly secondsPerStep: number
}

export function speed(run: RunState): Speed | undefined {
  const { rows } = run.curve
  const from = Math.max(0, rows - SPEED_WINDOW)
  let ms = 0
  let tokens = 0
  for (let i = from; i < rows; i++) {
    ms += cell(run.curve, i, CURVE.ms) ?? 0
    tokens += cell(run.curve, i, CURVE.tokens) ?? 0
  }
  return ms > 0 ? { tokensPerSecond: (tokens * 1000) / ms, secondsPerStep: ms / 1000 / (rows - from) } : undefined
}

/** For the steps, the validations between them and the answers after them, each as long as the last of its kind. */
export function secondsLeft(run: RunState): number | undefined {
  const now = speed(run)
  if (!now || (run.steps <= run.step && !run.scoring)) return undefined
  const { validation, scoring } = run
  const last = cell(validation, validation.rows - 1, VALIDATION.step) ?? 0
  const every = last - (cell(validation, validation.rows - 2, VALIDATION.step) ?? 0)
  const validations = every > 0 ? Math.floor((run.steps - last) / every) : 0
  const unanswered = scoring && scoring.total > 0 ? 1 - scoring.done / scoring.total : 1
  const scoringMs = run.before && !run.after ? (run.scoringMs ?? 0) * unanswered : 0
  return now.secondsPerStep * (run.steps - run.step) + (validations * (run.validationMs ?? 0) + scoringMs) / 1000
}

/** Steps whose times are drawn beside the figures. */
const SPARK_STEPS = 80

/** Milliseconds of the last steps, oldest first. */
export function stepTimes(run: RunState): readonly number[] {
  const { rows } = run.curve
  return Array.from({ length: Math.min(rows, SPARK_STEPS) }, (_, i) => cell(run.curve, Math.max(0, rows - SPARK_STEPS) + i, CURVE.ms) ?? 0)
}

/** How far above the lowest validation loss the last one may end before it is worth a word. */
const WORTH_SAYING = 1.02

/** At the end of a run that kept its last values: the step whose validation loss was clearly lower. */
export function betterStep({ phase, best, validation }: RunState): { readonly step: number; readonly loss: number; readonly last: number } | undefined {
  const last = cell(validation, validation.rows - 1, VALIDATION.loss)
  if (phase !== 'done' || best || last === undefined) return undefined
  const losses = column(validation, VALIDATION.loss)
  const lowest = losses.reduce((low, loss, i) => (loss < losses[low] ? i : low), 0)
  return last > WORTH_SAYING * losses[lowest] ? { step: cell(validation, lowest, VALIDATION.step)!, loss: losses[lowest], last } : undefined
}

export const isMoving = (phase: Phase | undefined): boolean =>
  phase !== undefined && phase !== 'paused' && phase !== 'done' && phase !== 'stopped' && phase !== 'failed'

/** A stored run that stopped before its end and has a checkpoint to go on from. */
export const canContinue = (run: RunRecord): boolean =>
  run.status !== 'done' && run.checkpointStep !== undefined && run.step < run.recipe.training.steps

export interface ComparedAnswer {
  readonly prompt: string
  readonly expected: string
  readonly before?: { readonly answer: string; readonly correct: boolean }
  readonly after?: { readonly answer: string; readonly correct: boolean }
}

/** Both answers to each test row; those that are wrong now come first. */
export function compareAnswers(before: Score | undefined, after: Score | undefined): readonly ComparedAnswer[] {
  const rows = (after ?? before)?.answers ?? []
  const compared = rows.map((row, i): ComparedAnswer => {
    const was = before?.answers[i]
    const is = after?.answers[i]
    return {
      prompt: row.prompt,
      expected: row.expected,
      ...(was ? { before: { answer: was.answer, correct: was.correct } } : {}),
      ...(is ? { after: { answer: is.answer, correct: is.correct } } : {}),
    }
  })
  const wrong = (row: ComparedAnswer): number => ((row.after ?? row.before)?.correct ? 1 : 0)
  return compared.sort((a, b) => wrong(a) - wrong(b))
}
