// What a card tells of a run, from what the run said: its curves, and how it answered before and after.
import type { CardFacts } from '../files/modelCard.ts'
import type { RunEvent } from '../protocol/event.ts'

export type RunFacts = Pick<CardFacts, 'curves' | 'rates' | 'report' | 'metric' | 'askedRows' | 'scores' | 'firstValidationLoss'>

export function runFacts(events: readonly RunEvent[]): RunFacts {
  const training = events.flatMap((e) => (e.type === 'step' ? [{ step: e.step, loss: e.loss }] : []))
  const validation = events.flatMap((e) => (e.type === 'validation' ? [{ step: e.step, loss: e.loss }] : []))
  const score = (when: 'before' | 'after') => events.findLast((e) => e.type === 'score' && e.when === when)
  const share = (event: RunEvent | undefined): number | undefined => (event?.type === 'score' && event.total > 0 ? event.correct / event.total : undefined)
  const rates = events.flatMap((e) => (e.type === 'rate' ? [{ step: e.step, was: e.was, is: e.is }] : []))
  const report = events.findLast((e) => e.type === 'report')
  const [before, after] = [score('before'), score('after')]
  const asked = after?.type === 'score' ? after : before?.type === 'score' ? before : undefined
  const [first, last] = [share(before), share(after)]
  const start = validation.find((v) => v.step === 0)?.loss
  return {
    curves: { training, validation },
    ...(asked && asked.total > 0 && { metric: asked.metric, askedRows: asked.answers.length }),
    ...(rates.length > 0 && { rates }),
    ...(report && { report: report.report }),
    scores: { ...(first !== undefined && { before: first }), ...(last !== undefined && { after: last }) },
    ...(start !== undefined && { firstValidationLoss: start }),
  }
}
