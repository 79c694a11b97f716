// What the page knows of the Hub it may fetch from and of the models that are stored.
import type { Failure } from '../protocol/failure.ts'
import type { HubPlace, HubProgress, StoredModelInfo } from '../protocol/models.ts'
import { nothing, type Held } from './held.ts'

/** Fetching a model; one at a time. */
export interface HubState {
  readonly place?: HubPlace
  readonly busy: boolean
  readonly progress?: HubProgress
  readonly failure?: Failure
  /** How the last one went, as a sentence. */
  readonly said?: string
}

/** Stored models, and what is being done with one of them. */
export interface LibraryState {
  readonly models: Held<readonly StoredModelInfo[]>
  readonly busyWith?: { readonly id: string; readonly doing: 'opening' | 'checking' | 'deleting'; readonly done?: number; readonly total?: number }
  readonly failure?: Failure
  readonly said?: string
}

export const firstHub: HubState = { busy: false }
export const firstLibrary: LibraryState = { models: nothing }
