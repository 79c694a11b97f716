// The installed page: whether it opens without a network yet, and whether a newer version waits. A newer one takes over only when
// the person says so and no tab has a run, because its files are not this one's.
import { useSyncExternalStore } from 'react'

export type OfflineState = 'none' | 'preparing' | 'ready' | 'update'

let state: OfflineState = 'none'
let waiting: ServiceWorker | undefined
const listeners = new Set<() => void>()
const become = (next: OfflineState): void => {
  state = next
  for (const told of listeners) told()
}

/** Registers the service worker of the built page; a host or a browser without one changes nothing. */
export async function keepOffline(): Promise<void> {
  if (!('serviceWorker' in navigator) || !isSecureContext) return
  const { serviceWorker } = navigator
  try {
    become('preparing')
    const registration = await serviceWorker.register(new URL('sw.js', document.baseURI).href, { updateViaCache: 'none' })
    const look = (): void => {
      if (registration.waiting && serviceWorker.controller) {
        waiting = registration.waiting
        become('update')
      } else if (registration.active) become('ready')
    }
    const follow = (worker: ServiceWorker | null): void => worker?.addEventListener('statechange', look)
    registration.addEventListener('updatefound', () => follow(registration.installing))
    follow(registration.installing)
    follow(registration.waiting)
    look()
    // A browser looks for a newer version when it has nothing else to do, which may be never on a busy page; without a network there is none.
    void registration.update().catch(() => undefined)
  } catch {
    become('none')
  }
}

/** Goes over to the waiting version and reloads this tab; false where a run is owned by some tab. */
export async function takeUpdate(): Promise<boolean> {
  const { held = [] } = await navigator.locks.query()
  if (!waiting || held.some((lock) => lock.name?.startsWith('tunesmith/run/'))) return false
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
  waiting.postMessage('take over', [])
  return true
}

const subscribe = (told: () => void): (() => void) => {
  listeners.add(told)
  return () => listeners.delete(told)
}
export const useOffline = (): OfflineState => useSyncExternalStore(subscribe, () => state, () => 'none')
