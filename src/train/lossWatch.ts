// Listens to the training losses of a run and tells one that has left for good from one that is only rough: a loss is far
// when it is well above the median of the calm ones before it, and the run has diverged when it stays far for many steps.
import type { RunEvent } from '../protocol/event.ts'
import { Fault } from '../protocol/failure.ts'

/** Calm losses that make the median, and how many there must be before it counts. */
const WINDOW = 50
const LEAST = 20
/** Far is above both: so many times the median, and so many nats over it. A loss near 0 may well double. */
const TIMES = 1.5
const NATS = 1
/** Far losses in a row that end a run. */
const PATIENCE = 20

export interface Strayed {
  /** First step of the far losses. */
  readonly since: number
  /** Of the calm losses before it. */
  readonly median: number
  /** The lowest of the far ones. */
  readonly above: number
}

export class LossWatch {
  private readonly calm: number[] = []
  private far: { step: number; loss: number }[] = []
  /** Last step whose loss was where it should be. */
  lastCalm = 0

  hear(step: number, loss: number): void {
    const median = this.median()
    if (median !== undefined && loss > Math.max(TIMES * median, median + NATS)) {
      this.far.push({ step, loss })
      return
    }
    this.far = []
    this.lastCalm = step
    this.calm.push(loss)
    if (this.calm.length > WINDOW) this.calm.shift()
  }

  /** The last loss was far: not a moment to save. */
  get strays(): boolean {
    return this.far.length > 0
  }

  /** Set when the run has diverged. */
  get strayed(): Strayed | undefined {
    const [first] = this.far
    if (!first || this.far.length < PATIENCE) return undefined
    return { since: first.step, median: this.median()!, above: this.far.reduce((least, f) => Math.min(least, f.loss), Number.POSITIVE_INFINITY) }
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
    const { since, median, above } = strayed
    throw new Fault('diverged', `The loss was near ${median.toFixed(2)}, left at step ${since} and has stayed above ${(Math.floor(above * 100) / 100).toFixed(2)} since.`, 'Lower the learning rate.')
  }

  /** What a continued run heard up to a step; repeated steps said the same twice. */
  restore(events: readonly RunEvent[], until: number): void {
    const heard = new Map(events.flatMap((e) => (e.type === 'step' && e.step <= until ? [[e.step, e.loss] as const] : [])))
    for (const [step, loss] of heard) this.hear(step, loss)
  }

  private median(): number | undefined {
    if (this.calm.length < LEAST) return undefined
    return this.calm.toSorted((a, b) => a - b)[this.calm.length >> 1]
  }
}
