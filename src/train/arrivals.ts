// The numbers of a run's steps on their way back: read together where steps are short, so that a fast GPU is not held up by
// reading, and never more than about a second old. Told in order; after a failure nothing is told.
import { MOST_HELD, type Learner, type StepNumbers } from './learner.ts'

/** Milliseconds of steps that are read together. */
const TOGETHER_MS = 1000
/** Steps submitted and not yet read back, where each is read by itself. */
const IN_FLIGHT = 2

export class Arrivals {
  private readonly waiting: Promise<void>[] = []
  private last: Promise<void> = Promise.resolve()
  private together = 1
  /** Steps whose numbers nothing has asked for yet. */
  private held = 0
  /** Steps of the read before. */
  private before = 0

  constructor(private readonly learner: Pick<Learner, 'read'>) {}

  /** Whether the numbers of the next step shall wait for those of the one after it. */
  get hold(): boolean {
    return this.held + 1 < this.together
  }

  /** Takes the numbers of a step, and whether they are held; waits while too many are on their way. */
  async add(numbers: Promise<StepNumbers>, hold: boolean, tell: (found: StepNumbers) => void): Promise<void> {
    if (!hold) this.before = this.held + 1
    this.held = hold ? this.held + 1 : 0
    this.last = this.last.then(async () => {
      const found = await numbers
      this.together = Math.min(MOST_HELD, Math.max(1, Math.floor(TOGETHER_MS / found.ms)))
      tell(found)
    })
    // Marked as handled: it is awaited a few steps later, which is where a failure surfaces; after one nobody awaits the rest.
    this.last.catch(() => undefined)
    numbers.catch(() => undefined)
    this.waiting.push(this.last)
    await this.wait(this.held + Math.max(IN_FLIGHT, this.before))
  }

  /** Waits for all. */
  async drain(): Promise<void> {
    await this.learner.read()
    this.held = 0
    await this.wait(0)
  }

  private async wait(most: number): Promise<void> {
    while (this.waiting.length > most) await this.waiting.shift()
  }
}
