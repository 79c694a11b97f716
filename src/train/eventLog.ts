// A run's events: told at once, stored in small batches. Each stored batch is one flushed transaction.
import { turns } from '../lib/turns.ts'
import type { RunEvent } from '../protocol/event.ts'
import type { Storage } from '../storage/storage.ts'

const BATCH = 20

export class EventLog {
  private pending: RunEvent[] = []
  private readonly inTurn = turns()
  constructor(
    private readonly storage: Storage,
    private readonly runId: string,
    private readonly onEvent: (event: RunEvent) => void,
  ) {}

  say(event: RunEvent): void {
    this.onEvent(event)
    // Progress of a moment is not history.
    if (event.type === 'scoring') return
    this.pending.push(event)
    if (this.pending.length >= BATCH) void this.flush().catch(() => undefined)
  }

  /** All events said so far are stored when this resolves; a failed batch is kept and tried again with the next. */
  flush(): Promise<void> {
    return this.inTurn(async () => {
      const events = this.pending
      if (events.length === 0) return
      this.pending = []
      try {
        await this.storage.runs.appendEvents(this.runId, events)
      } catch (error) {
        this.pending = [...events, ...this.pending]
        throw error
      }
    })
  }

  /** Forgets what was said after a step: the run says it again. */
  async rewind(step: number): Promise<void> {
    await this.flush()
    await this.storage.runs.dropEventsAfter(this.runId, step)
  }
}
