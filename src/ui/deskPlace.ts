// Where the page keeps how it was left: of this tab, and for a new one that of the tab that was used last. Storage may be switched off;
// then nothing is kept.
import type { DeskPlace } from '../store/deskActions.ts'

const KEY = 'tunesmith.desk'

/** @param isShared whether a new tab begins as the last one was left */
export function deskPlace(isShared = true): DeskPlace {
  const places = (): Storage[] => [sessionStorage, ...(isShared ? [localStorage] : [])]
  return {
    read() {
      try {
        return places().map((place) => place.getItem(KEY)).find((text) => text !== null) ?? null
      } catch {
        return null
      }
    },
    write(text) {
      try {
        for (const place of places()) {
          if (text === null) place.removeItem(KEY)
          else place.setItem(KEY, text)
        }
      } catch {
        // Switched off, or full: it lasts as long as the page then.
      }
    },
  }
}

export function saveOnLeaving(save: () => void): void {
  addEventListener('pagehide', save)
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && save())
}
