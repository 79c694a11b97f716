// A run in words: its phase, the tab's title, and the sentence a screen reader hears.
import type { Training } from '../protocol/training.ts'
import { isMoving, lossNow, secondsLeft } from '../store/runFigures.ts'
import type { RunState } from '../store/runState.ts'
import { formatClock, formatCount, formatDuration, formatLoss, formatOf } from './format.ts'
import { say, told } from './words/language.ts'

export function phaseText(run: RunState): string {
  const w = say().run
  if (!run.phase) return w.notStarted
  const { scoring } = run
  if (run.phase === 'scoring' && scoring)
    return w.scoring[scoring.when](formatCount(scoring.done), formatCount(scoring.total))
  const detail = run.detail !== undefined ? told(run.detail) : (run.phase === 'done' ? endText(run) : '')
  return detail ? `${w.phases[run.phase]}: ${detail}` : w.phases[run.phase]
}

/** How a finished run ended, where it is more than its last step. */
function endText({ early, best }: RunState): string {
  const stopped = early && say().run.early(formatCount(early.step), formatCount(early.since))
  const taken = best && say().run.taken(formatCount(best.step), formatLoss(best.loss))
  return [stopped, taken].filter(Boolean).join('; ')
}

export function statusSentence(run: RunState): string {
  if (!run.phase) return ''
  if (run.phase !== 'training' || run.step === 0) return `${phaseText(run)}.`
  const left = secondsLeft(run)
  const time = left === undefined ? '' : say().run.left(formatDuration(left))
  return `${say().run.progress(formatCount(run.step), formatCount(run.steps), formatLoss(lossNow(run)))}${time}.`
}

/** How a run ended, for somebody who does not see the page. */
export function endSentence(run: RunState): string {
  if (run.failure) return told(run.failure.message)
  return `${phaseText(run)}. ${say().run.progress(formatCount(run.step), formatCount(run.steps), formatLoss(lossNow(run)))}.`
}

export function tabTitle(run: RunState): string {
  const { phase, step, steps } = run
  if (phase === undefined) return 'Tunesmith'
  const w = say().run
  const share = steps > 0 ? `${Math.floor((100 * step) / steps)} %` : ''
  if (isMoving(phase))
    return phase === 'training' ? w.title(share, formatLoss(lossNow(run))) : `${w.short[phase]}… · Tunesmith`
  return `${phase === 'done' ? w.titleDone : `${phase === 'failed' ? '⚠ ' : ''}${w.titleAt(w.short[phase], share)}`} · Tunesmith`
}

/**
 * What closing the page now would cost.
 * @param now milliseconds since 1970
 */
export function safetyText(run: RunState, now: number): string {
  const w = say().run
  const { checkpoint, step } = run
  if (!checkpoint) return w.unsaved
  const lost = step - checkpoint.step
  const age = checkpoint.at === undefined ? '' : `, ${formatAge((now - checkpoint.at) / 1000)}`
  const cost = lost <= 0 ? w.losesNothing : w.loses(formatOf(lost, 'step'))
  return w.saved(formatCount(checkpoint.step), age, cost)
}

/** Seconds in words; the first ones are now, so that the sentence does not tick. */
const formatAge = (seconds: number): string => seconds < 5 ? say().run.justNow : say().run.ago(formatDuration(seconds < 60 ? Math.floor(seconds / 5) * 5 : seconds))

/** How even the last steps were. */
export function stepTimesText(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  const [least = '', middle = '', most = ''] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)].map((ms) => formatDuration((ms ?? 0) / 1000))
  return say().run.evenness(formatOf(times.length, 'step'), least, most, middle)
}

/** When it will be over, by the clock; nothing where the clock goes round before that. */
export const untilText = (secondsLeft: number, now: number): string | undefined =>
  secondsLeft < 18 * 3600 ? say().run.until(formatClock(now + secondsLeft * 1000)) : undefined

/** How much reading the steps come to; packing puts several rows in one, so that rows cannot be counted then. */
export function amountText(training: Training, rows: number, validation: number): string {
  const { steps, batch_size, gradient_accumulation_steps, packing } = training
  const read = steps * batch_size * gradient_accumulation_steps
  const kept = rows * (1 - validation)
  if (packing || kept < 1) return ''
  return say().run.amount(formatOf(steps, 'step'), formatOf(read, 'row'), formatPasses(read / kept))
}

const formatPasses = (passes: number): string =>
  passes < 0.95
    ? say().run.partOfPass(String(Math.max(1, Math.round(passes * 100))))
    : formatOf(Math.round(passes * 10) / 10, 'pass')
