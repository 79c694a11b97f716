// A run outlives the device it trains on: when one is lost, it goes on from the last committed checkpoint on the next one.
// What it trains to is the same to the byte, because a continued session is. Knows nothing of how devices are opened.
import { Fault, toFailure } from '../protocol/failure.ts'
import type { RunRecord } from '../protocol/studio.ts'
import type { Base } from './base.ts'
import { runSession, type SessionInput } from './session.ts'

/** Losses in a row, without a checkpoint between them, after which the run gives up. */
const MOST_LOSSES = 3
/** The browser starts its GPU process anew meanwhile; each loss in a row waits twice as long as the one before. */
const FIRST_PAUSE_MS = 250

/** @param mounted answers the base on a device that is alive; it is asked again after every loss */
export async function outliveDevice(mounted: () => Promise<Base>, { wasRate, ...session }: Omit<SessionInput, 'base'>): Promise<RunRecord> {
  const { storage, runId, control, onEvent } = session
  const committed = async (): Promise<number | undefined> => (await storage.checkpoints.steps(runId))[0]
  /** The last word on a run that is not taken up again. */
  const giveUp = async (record: RunRecord, error: unknown): Promise<RunRecord> => {
    const event = { type: 'failure', failure: toFailure(error) } as const
    onEvent(event)
    await storage.withRunLock(runId, () => storage.runs.appendEvents(runId, [event])).catch(() => undefined)
    return record
  }
  let before = await committed()
  let base = await mounted()
  for (let losses = 0, first = true; ; first = false) {
    const record = await runSession({ ...session, base, ...(first && wasRate !== undefined && { wasRate }) })
    if (record.status !== 'failed' || !base.gpu.lost.happened || control.stopped) return record
    const now = await committed()
    losses = now === before ? losses + 1 : 1
    before = now
    if (losses > MOST_LOSSES) {
      return giveUp(record, new Fault('device-lost', `The GPU stopped ${losses} times in a row before the run came to a checkpoint.`, 'Choose a smaller batch or a shorter longest row, or save checkpoints more often, then continue the run.', base.gpu.lost.reason))
    }
    for (let pause = FIRST_PAUSE_MS * 2 ** (losses - 1); ; pause *= 2) {
      await new Promise((resolve) => setTimeout(resolve, pause))
      const next: Base | { error: unknown } = await mounted().catch((error: unknown) => ({ error }))
      if (!('error' in next)) {
        base = next
        break
      }
      if (losses++ >= MOST_LOSSES) return giveUp(record, next.error)
    }
  }
}
