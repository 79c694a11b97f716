// The one door for a run's events from outside: each is checked field by field, since the page draws them. What is of no known kind,
// or has an entry of another type, is left out.
import type { RunEvent } from './event.ts'
import { isRecord } from './record.ts'
import { MEASURES } from './report.ts'

type Check = (value: unknown) => boolean

const number: Check = (v) => typeof v === 'number'
const finite: Check = (v) => typeof v === 'number' && Number.isFinite(v)
const whole: Check = (v) => Number.isSafeInteger(v) && (v as number) >= 0
const text: Check = (v) => typeof v === 'string' && v.length <= 1_000_000
const flag: Check = (v) => typeof v === 'boolean'
const one = (...allowed: readonly string[]): Check => (v) => allowed.includes(v as string)
const maybe = (check: Check): Check => (v) => v === undefined || check(v)
const list = (check: Check, most = 100_000): Check => (v) => Array.isArray(v) && v.length <= most && v.every(check)
const pair = (...checks: readonly Check[]): Check => (v) => Array.isArray(v) && v.length === checks.length && checks.every((check, i) => check(v[i]))
/** Exactly these entries; those that may be absent say so themselves. */
const entries = (checks: Readonly<Record<string, Check>>): Check => (v) => isRecord(v) && Object.keys(v).every((k) => Object.hasOwn(checks, k)) && Object.entries(checks).every(([k, check]) => check(v[k]))

const when = one('before', 'after')
const metric = one('exact_match', 'accuracy', 'f1')
const answer = entries({ prompt: text, expected: text, answer: text, correct: flag })
const bytes = entries({ weights: finite, activations: finite, workspace: finite, trainable: finite, total: finite })
const plan = entries({ trainableParameters: finite, totalParameters: finite, bytes, backward: maybe(entries({ layers: whole, of: whole, sparedBytes: finite })), dispatches: whole, seconds: maybe(finite) })
const measured = maybe(entries({ value: number, interval: maybe(entries({ low: number, high: number })) }))
const confusion = maybe(entries({ counts: list(list(whole, 1000), 1000), classes: list(entries({ precision: number, recall: number, f1: number, support: whole }), 1000), macroF1: number }))
const report = entries({
  measures: list(
    entries({
      id: one(...MEASURES),
      on: one('test', 'validation', 'general'),
      count: whole,
      unit: one('answer', 'text', 'row', 'passage'),
      before: measured,
      after: measured,
      difference: maybe(entries({ test: one('mcnemar', 'bootstrap'), p: number, interval: maybe(entries({ low: number, high: number })), verdict: one('better', 'worse', 'unclear') })),
    }),
    1000,
  ),
  classes: maybe(entries({ labels: list(text, 1000), before: confusion, after: confusion })),
})
const type = (name: string, checks: Readonly<Record<string, Check>>): readonly [string, Check] => [name, entries({ type: one(name), ...checks })]

const kinds = new Map<string, Check>([
  type('phase', { phase: one('loading', 'planning', 'compiling', 'scoring', 'training', 'paused', 'saving', 'done', 'stopped', 'failed'), detail: maybe(text), at: finite }),
  type('plan', { plan }),
  type('step', { step: whole, steps: whole, loss: number, learningRate: number, gradNorm: number, tokens: whole, trainedTokens: whole, ms: finite }),
  type('validation', { step: whole, loss: number, tokens: whole, ms: maybe(finite), tasks: maybe(list(entries({ name: text, loss: number, tokens: whole }))) }),
  type('early-stop', { step: whole, patience: whole, best: entries({ step: whole, loss: number }) }),
  type('best', { step: whole, loss: number }),
  type('checkpoint', { step: whole, bytes: finite, at: maybe(finite) }),
  type('memory', { bytes: finite }),
  type('scoring', { when, done: whole, total: whole }),
  type('score', {
    when,
    metric,
    correct: whole,
    total: whole,
    unit: maybe(one('word')),
    entities: maybe(entries({ precision: number, recall: number, f1: number, right: whole, wanted: whole, found: whole })),
    answers: list(answer),
    tasks: maybe(list(entries({ name: text, correct: whole, total: whole }))),
  }),
  type('report', { report }),
  type('layers', { step: whole, layers: whole, norms: list(pair(finite, number), 10_000) }),
  type('samples', { step: whole, answers: list(answer, 1000), ms: finite }),
  type('reading', { step: whole, examples: list(list(entries({ text, special: maybe(flag), loss: maybe(number) })), 1000) }),
  type('rate', { step: whole, was: finite, is: finite }),
])

/** Of JSON lines: the events that are sound, in order. */
export function readEvents(lines: Iterable<string>): RunEvent[] {
  const events: RunEvent[] = []
  for (const line of lines) {
    if (line.trim() === '') continue
    try {
      const value = JSON.parse(line) as { readonly type?: unknown } | null
      if (kinds.get(String(value?.type))?.(value)) events.push(value as unknown as RunEvent)
    } catch {
      // A line that is no JSON is no event.
    }
  }
  return events
}

export const isPlan: Check = plan
