// A run in words: its phase, the tab's title, and the sentence a screen reader hears.
import type { Phase } from '../protocol/event.ts'
import type { RunRecord } from '../protocol/studio.ts'
import type { Training } from '../protocol/training.ts'
import { isMoving, lossNow, secondsLeft } from '../store/runFigures.ts'
import type { RunState } from '../store/runState.ts'
import { formatClock, formatCount, formatDuration, formatLoss, formatOf } from './format.ts'

const phaseWords: Record<Phase, string> = {
  loading: 'Loading the model onto the GPU',
  planning: 'Planning the memory',
  compiling: 'Compiling the kernels',
  scoring: 'Answering the test rows',
  training: 'Training',
  paused: 'Paused',
  saving: 'Saving',
  done: 'Done',
  stopped: 'Stopped',
  failed: 'Failed',
}

export function phaseText(run: RunState): string {
  if (!run.phase) return 'Not started'
  const { scoring } = run
  if (run.phase === 'scoring' && scoring)
    return `${phaseWords.scoring} ${scoring.when} training: ${formatCount(scoring.done)} of ${formatCount(scoring.total)}`
  const detail = run.detail ?? (run.phase === 'done' ? endText(run) : '')
  return detail ? `${phaseWords[run.phase]}: ${detail}` : phaseWords[run.phase]
}

/** How a finished run ended, where it is more than its last step. */
function endText({ early, best }: RunState): string {
  const stopped = early && `stopped at step ${formatCount(early.step)}, no lower validation loss since step ${formatCount(early.since)}`
  const taken = best && `the values are those of step ${formatCount(best.step)}, validation loss ${formatLoss(best.loss)}`
  return [stopped, taken].filter(Boolean).join('; ')
}

export const statusWords: Record<RunRecord['status'], string> = {
  running: 'interrupted',
  paused: 'paused',
  stopped: 'stopped',
  done: 'done',
  failed: 'failed',
}

export function statusSentence(run: RunState): string {
  if (!run.phase) return ''
  if (run.phase !== 'training' || run.step === 0) return `${phaseText(run)}.`
  const left = secondsLeft(run)
  const time = left === undefined ? '' : `, about ${formatDuration(left)} left`
  return `Step ${formatCount(run.step)} of ${formatCount(run.steps)}, loss ${formatLoss(lossNow(run))}${time}.`
}

export function tabTitle(run: RunState): string {
  const { phase, step, steps } = run
  if (phase === undefined) return 'Tunesmith'
  const share = steps > 0 ? `${Math.floor((100 * step) / steps)} %` : ''
  if (isMoving(phase))
    return phase === 'training' ? `${share} · loss ${formatLoss(lossNow(run))} · Tunesmith` : `${phase}… · Tunesmith`
  return `${phase === 'done' ? '✓ done' : `${phase === 'failed' ? '⚠ ' : ''}${phase} at ${share}`} · Tunesmith`
}

/**
 * What closing the page now would cost.
 * @param now milliseconds since 1970
 */
export function safetyText(run: RunState, now: number): string {
  const { checkpoint, step } = run
  if (!checkpoint) return 'No checkpoint yet: closing now loses this run.'
  const lost = step - checkpoint.step
  const age = checkpoint.at === undefined ? '' : `, ${formatAge((now - checkpoint.at) / 1000)}`
  const cost = lost <= 0 ? 'nothing is lost' : `you lose at most ${formatOf(lost, 'step')}`
  return `Last checkpoint at step ${formatCount(checkpoint.step)}${age}. Safe to close: ${cost}.`
}

/** Seconds in words; the first ones are now, so that the sentence does not tick. */
const formatAge = (seconds: number): string => (seconds < 5 ? 'just now' : `${formatDuration(seconds < 60 ? Math.floor(seconds / 5) * 5 : seconds)} ago`)

/** How even the last steps were. */
export function stepTimesText(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  const [least, middle, most] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)].map((ms) => formatDuration((ms ?? 0) / 1000))
  return `last ${formatOf(times.length, 'step')}: ${least} to ${most}, mostly ${middle}`
}

/** When it will be over, by the clock; nothing where the clock goes round before that. */
export const untilText = (secondsLeft: number, now: number): string | undefined =>
  secondsLeft < 18 * 3600 ? `until ${formatClock(now + secondsLeft * 1000)}` : undefined

/** How much reading the steps come to; packing puts several rows in one, so that rows cannot be counted then. */
export function amountText(training: Training, rows: number, validation: number): string {
  const { steps, batch_size, gradient_accumulation_steps, packing } = training
  const read = steps * batch_size * gradient_accumulation_steps
  const kept = rows * (1 - validation)
  if (packing || kept < 1) return ''
  return `${formatOf(steps, 'step')} read ${formatOf(read, 'row')}: ${formatPasses(read / kept)} over the data.`
}

const formatPasses = (passes: number): string =>
  passes < 0.95
    ? `${Math.max(1, Math.round(passes * 100))} % of one pass`
    : formatOf(Math.round(passes * 10) / 10, 'pass', 'passes')
