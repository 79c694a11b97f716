// What the page knows about one run: a pure fold over its events. The same fold draws a live run and a stored one.
import type { Answer, Phase, PlanSummary, ReadToken, RunEvent } from '../protocol/event.ts'
import type { Failure } from '../protocol/failure.ts'
import type { Report } from '../protocol/report.ts'
import { append, cell, emptyTable, rowsBelow, type Table } from './table.ts'

/** Columns of `RunState.curve`. */
export const CURVE = { step: 0, loss: 1, smoothed: 2, learningRate: 3, gradNorm: 4, tokens: 5, ms: 6 } as const
/** Columns of `RunState.validation`. */
export const VALIDATION = { step: 0, loss: 1 } as const

/** Share of the previous smoothed loss that the next one keeps. */
const SMOOTHING = 0.8

type ScoreEvent = Extract<RunEvent, { type: 'score' }>

export interface Score extends Pick<ScoreEvent, 'metric' | 'unit' | 'entities'> {
  readonly correct: number
  readonly total: number
  readonly answers: readonly Answer[]
  readonly tasks?: readonly { readonly name: string; readonly correct: number; readonly total: number }[]
}

type TaskLosses = readonly { readonly name: string; readonly loss: number }[]

/** One reading: levels, lowest first, and their norms. */
export type LayerNorms = Pick<Extract<RunEvent, { type: 'layers' }>, 'step' | 'norms'>

export interface RunState {
  readonly phase?: Phase
  readonly detail?: string
  readonly plan?: PlanSummary
  readonly step: number
  readonly steps: number
  readonly curve: Table
  readonly validation: Table
  /** Of several tasks: their validation losses at first and now. */
  readonly taskLosses?: { readonly first: TaskLosses; readonly now: TaskLosses }
  /** Where patience ran out. */
  readonly early?: { readonly step: number; readonly since: number }
  /** Step whose values were taken at the end, and its validation loss. */
  readonly best?: { readonly step: number; readonly loss: number }
  readonly checkpoint?: { readonly step: number; readonly bytes: number; readonly at?: number }
  /** On the GPU now. */
  readonly gpuBytes?: number
  readonly scoring?: { readonly when: 'before' | 'after'; readonly done: number; readonly total: number }
  readonly before?: Score
  readonly after?: Score
  readonly report?: Report
  readonly failure?: Failure
  /** The gradient's norm layer by layer, every so many steps. */
  readonly layerNorms?: { readonly layers: number; readonly at: readonly LayerNorms[] }
  /** Answers to the same prompts, step after step. */
  readonly samples?: readonly { readonly step: number; readonly answers: readonly Answer[] }[]
  /** The same examples token by token, at first and last. */
  readonly readings?: readonly { readonly step: number; readonly examples: readonly (readonly ReadToken[])[] }[]
  /** Where the run went on at another peak learning rate. */
  readonly rates?: readonly { readonly step: number; readonly was: number; readonly is: number }[]
  /** When the phase began, and how long the last validation and the last whole scoring took: for the time that is left. */
  readonly phaseAt?: number
  readonly validationMs?: number
  readonly scoringMs?: number
}

export function newRun(steps: number): RunState {
  return { step: 0, steps, curve: emptyTable(7), validation: emptyTable(2) }
}

export function apply(state: RunState, event: RunEvent): RunState {
  switch (event.type) {
    case 'phase': {
      // A phase ends the one before it, its detail and its counters; a new attempt also ends the last failure.
      const { detail: _detail, scoring: _scoring, failure, ...rest } = state
      return {
        ...rest,
        phase: event.phase,
        phaseAt: event.at,
        ...(state.phase === 'scoring' && state.phaseAt !== undefined ? { scoringMs: event.at - state.phaseAt } : {}),
        ...(event.detail === undefined ? {} : { detail: event.detail }),
        ...(event.phase === 'failed' && failure ? { failure } : {}),
      }
    }
    case 'plan':
      return { ...state, plan: event.plan }
    case 'step': {
      // A continued run repeats the steps after its checkpoint: the repeated ones replace the lost ones.
      const curve = rowsBelow(state.curve, event.step)
      const last = cell(curve, curve.rows - 1, CURVE.smoothed)
      const smoothed = last === undefined ? event.loss : SMOOTHING * last + (1 - SMOOTHING) * event.loss
      const { step, steps, loss, learningRate, gradNorm, tokens, ms } = event
      return { ...state, step, steps, curve: append(curve, [step, loss, smoothed, learningRate, gradNorm, tokens, ms]) }
    }
    case 'validation': {
      const validation = append(rowsBelow(state.validation, event.step), [event.step, event.loss])
      const taskLosses = event.tasks && { first: state.taskLosses?.first ?? event.tasks, now: event.tasks }
      return { ...state, validation, ...(taskLosses && { taskLosses }), ...(event.ms === undefined ? {} : { validationMs: event.ms }) }
    }
    case 'early-stop':
      return { ...state, early: { step: event.step, since: event.best.step } }
    case 'best':
      return { ...state, best: { step: event.step, loss: event.loss } }
    case 'checkpoint': {
      const { type: _type, ...checkpoint } = event
      return { ...state, checkpoint }
    }
    case 'memory':
      return { ...state, gpuBytes: event.bytes }
    case 'scoring':
      return { ...state, scoring: { when: event.when, done: event.done, total: event.total } }
    case 'score': {
      const { scoring: _scoring, ...rest } = state
      const { type: _type, when, ...score } = event
      return { ...rest, [when]: score }
    }
    case 'report':
      return { ...state, report: event.report }
    case 'layers':
      return { ...state, layerNorms: { layers: event.layers, at: [...(state.layerNorms?.at ?? []).filter((c) => c.step < event.step), { step: event.step, norms: event.norms }] } }
    case 'samples':
      return { ...state, samples: [...(state.samples ?? []).filter((s) => s.step < event.step), { step: event.step, answers: event.answers }] }
    case 'reading':
      // The first and the newest: before and after.
      return { ...state, readings: [...(state.readings ?? []).filter((r) => r.step < event.step).slice(0, 1), { step: event.step, examples: event.examples }] }
    case 'rate':
      return { ...state, rates: [...(state.rates ?? []).filter((r) => r.step < event.step), { step: event.step, was: event.was, is: event.is }] }
    case 'failure':
      return { ...state, phase: 'failed', failure: event.failure }
    default:
      return event satisfies never
  }
}

export function applyAll(state: RunState, events: readonly RunEvent[]): RunState {
  return events.reduce(apply, state)
}
