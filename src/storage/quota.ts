// How much room there is, and whether the browser may clear it. Refuses a write that cannot fit before it starts,
// with the number, because a quota met half-way costs minutes.
import { describeBytes } from '../lib/describeBytes.ts'
import { Fault } from '../protocol/failure.ts'

export interface Room {
  readonly usedBytes: number
  readonly freeBytes: number
  /** The browser promised not to clear it by itself. */
  readonly persisted: boolean
}

export interface Quota {
  estimate(): Promise<Room>
  /** Asks the browser to keep this site's data; answers whether it will. Ask when the first run is saved. */
  persist(): Promise<boolean>
  /** A Fault with both numbers where `bytes` do not fit. `what` is for instance "This model". */
  require(bytes: number, what: string): Promise<void>
}

export function quota(estimate: () => Promise<Room>, persist: () => Promise<boolean> = () => Promise.resolve(true)): Quota {
  return {
    estimate,
    persist,
    async require(bytes, what) {
      const { freeBytes } = await estimate()
      if (bytes <= freeBytes) return
      throw new Fault(
        'storage',
        `${what} needs ${describeBytes(bytes)}, and ${describeBytes(freeBytes)} are free for this site.`,
        'Delete runs or models that you no longer need, or free some disk space.',
      )
    },
  }
}

export function browserQuota(storage: StorageManager = navigator.storage): Quota {
  return quota(
    async () => {
      const { usage = 0, quota: total = Number.MAX_SAFE_INTEGER } = await storage.estimate()
      return { usedBytes: usage, freeBytes: Math.max(0, total - usage), persisted: await storage.persisted() }
    },
    async () => (await storage.persisted()) || storage.persist().catch(() => false),
  )
}
