// Listens to the training losses of a run and tells one that has left for good from one that is only rough: the run has
// diverged when the median of its last losses is far above what the losses before them were.
import type { RunEvent } from '../protocol/event.ts'
import { Fault } from '../protocol/failure.ts'

/** Losses whose median is the level of now, and those before them that it is held against. */
const NOW = 30
const BEFORE = 100
const LEAST_BEFORE = 20
/** Far is above all three: so many times the median before, so many nats over it (a loss near 0 may well double), and this
 * share of the losses before. Were they only rough, 15 of 30 above such a share would be seen once in six million steps. */
const TIMES = 1.5
const NATS = 1
const SHARE = 0.9

export interface Strayed {
  /** Last step that was where it should be. */
  readonly since: number
  /** Medians. */
  readonly before: number
  readonly now: number
}

export class LossWatch {
  private readonly heard: number[] = []
  /** Last step whose loss and level were where they should be. */
  lastCalm = 0
  /** The last loss or its level is well above what was before: not a moment to save. */
  strays = false
  /** Set when the run has diverged. */
  strayed: Strayed | undefined

  hear(step: number, loss: number): void {
    this.heard.push(loss)
    if (this.heard.length > NOW + BEFORE) this.heard.shift()
    const past = this.heard.slice(0, -NOW).toSorted((a, b) => a - b)
    if (past.length < LEAST_BEFORE) {
      this.lastCalm = step
      return
    }
    const before = past[past.length >> 1]
    const now = this.heard.slice(-NOW).toSorted((a, b) => a - b)[NOW >> 1]
    const far = Math.max(TIMES * before, before + NATS, past[Math.floor(SHARE * past.length)])
    // Half of the way is where it stops being only rough.
    this.strays = loss > far || now > (before + far) / 2
    if (!this.strays) this.lastCalm = step
    this.strayed = now > far ? { since: this.lastCalm, before, now } : undefined
  }

  /** Throws where the numbers of a step are none. */
  requireNumbers(step: number, loss: number, gradNorm: number): void {
    const which = !Number.isFinite(loss) ? 'loss' : !Number.isFinite(gradNorm) ? 'gradient' : undefined
    if (which) throw new Fault('diverged', `The ${which} stopped being a number at step ${step}.`, 'Lower the learning rate.')
  }

  /** Throws where the run has diverged. */
  requireNear(): void {
    const { strayed } = this
    if (!strayed) return
    const { since, before, now } = strayed
    throw new Fault('diverged', `The loss was near ${before.toFixed(2)}, left that level after step ${since} and now stays near ${now.toFixed(2)}.`, 'Lower the learning rate.')
  }

  /** What a continued run heard up to a step; repeated steps said the same twice. */
  restore(events: readonly RunEvent[], until: number): void {
    const heard = new Map(events.flatMap((e) => (e.type === 'step' && e.step <= until ? [[e.step, e.loss] as const] : [])))
    for (const [step, loss] of heard) this.hear(step, loss)
  }
}
