// Every request of the studio's workers, kept for whoever asks: the page shows it. Starts before anything can be asked for.
import { watchRequests, type SeenRequest } from '../lib/watchRequests.ts'
import type { RequestNote } from '../protocol/machine.ts'

/** A download of many parts is many requests. */
const KEPT = 5000

export interface RequestLog {
  add(by: RequestNote['by'], request: SeenRequest): void
  /** Tells what there was, and what comes. */
  listen(onRequest: (note: RequestNote) => void): void
}

function requestLog(): RequestLog {
  const notes: RequestNote[] = []
  const listeners: ((note: RequestNote) => void)[] = []
  return {
    add(by, request) {
      const note = { ...request, by }
      if (notes.length < KEPT) notes.push(note)
      for (const told of listeners) told(note)
    },
    listen(onRequest) {
      notes.forEach(onRequest)
      listeners.push(onRequest)
    },
  }
}

/** A log that begins with the requests of this worker. */
export function ownRequests(by: RequestNote['by']): RequestLog {
  const log = requestLog()
  watchRequests((request) => log.add(by, request))
  return log
}

/** What a worker beside it offers, so that its requests come into the same log. */
export interface Watched {
  /** Before anything else is asked of it. */
  watch(onRequest: (request: SeenRequest) => void): void
}

export function watched(): Watched & { flush(): void } {
  let hurry: () => void = () => undefined
  return {
    watch(onRequest) {
      hurry = watchRequests(onRequest)
    },
    flush: () => hurry(),
  }
}
