// One owner per run, across tabs. Whoever is not the owner is told so at once and may watch; nobody waits in a queue,
// because a waiting tab would start a second training the moment the first one ends.
import { Fault } from '../protocol/failure.ts'

export interface Locks {
  /** Runs the task as the run's only owner; a Fault where another tab or process is. */
  withRunLock<T>(runId: string, task: () => Promise<T>): Promise<T>
  /** Whether some tab or process, this one included, owns the run now. */
  isHeld(runId: string): Promise<boolean>
  /** Says that this tab or process uses the files of that name for as long as it lives; several may. */
  occupy(name: string): void
  isOccupied(name: string): Promise<boolean>
}

function heldElsewhere(runId: string, holder: string): Fault {
  return new Fault(
    'storage',
    'This run is open in another tab or window.',
    'Go on there, or close that tab and try again.',
    `run ${runId} is held by ${holder}`,
  )
}

/** Web Locks: freed by the browser when their tab ends, however it ends. */
export function webLocks(manager: LockManager = navigator.locks): Locks {
  const name = (runId: string): string => `tunesmith/run/${runId}`
  const holder = async (runId: string) => (await manager.query()).held?.find((lock) => lock.name === name(runId))?.clientId
  return {
    withRunLock: (runId, task) =>
      manager.request(name(runId), { ifAvailable: true }, async (lock) => {
        if (!lock) throw heldElsewhere(runId, (await holder(runId)) ?? 'another tab')
        return task()
      }),
    isHeld: async (runId) => (await holder(runId)) !== undefined,
    occupy(name) {
      void manager.request(occupied(name), { mode: 'shared' }, () => new Promise(() => undefined)).catch(() => undefined)
    },
    isOccupied: async (name) => (await manager.query()).held?.some((lock) => lock.name === occupied(name)) ?? false,
  }
}

const occupied = (name: string): string => `tunesmith/use/${name}`

/** Locks of one process. */
export function localLocks(): Locks {
  const held = new Set<string>()
  const occupied = new Set<string>()
  return {
    async withRunLock(runId, task) {
      if (held.has(runId)) throw heldElsewhere(runId, 'this process')
      held.add(runId)
      try {
        return await task()
      } finally {
        held.delete(runId)
      }
    },
    isHeld: (runId) => Promise.resolve(held.has(runId)),
    occupy: (name) => void occupied.add(name),
    isOccupied: (name) => Promise.resolve(occupied.has(name)),
  }
}
