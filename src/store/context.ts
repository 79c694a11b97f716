// What every action is given: the studio that it asks, and the store that it changes.
import type { StoreApi } from 'zustand/vanilla'
import type { Studio } from '../protocol/studio.ts'
import type { AppState } from './appState.ts'

export interface Context {
  readonly studio: Studio
  readonly store: StoreApi<AppState>
}
