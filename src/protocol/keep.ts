// What is kept in this browser: how much room it takes, what of it may go, and a run as one file that opens anywhere.
import type { RunEvent } from './event.ts'
import type { NamedFile, Result } from './result.ts'
import type { RunRecord } from './runRecord.ts'

export interface RunBytes {
  readonly id: string
  /** All stored generations. */
  readonly checkpoints: number
  readonly adapter: number
  /** Its data files. */
  readonly data: number
}

/** A chosen data file. */
export interface KeptFile {
  /** Of the task; absent for a single dataset. */
  readonly task?: string
  readonly part: 'train' | 'test' | 'validation'
  readonly file: NamedFile
}

/** Bytes on the disk, by what holds them. */
export interface StorageUse {
  readonly runs: readonly RunBytes[]
  /** Adapters that came from no run. */
  readonly shelf: readonly { readonly id: string; readonly name: string; readonly bytes: number }[]
  /** Chosen data files that are kept for the next visit. */
  readonly desk: number
  /** Of models, what has arrived of them. */
  readonly models: number
  /** As the browser counts the whole site, and what it would still give. */
  readonly usedBytes: number
  readonly freeBytes: number
  /** The browser promised not to clear it by itself. */
  readonly persisted: boolean
}

/** A run that another tab or window owns. */
export interface LiveElsewhere {
  readonly runId: string
  readonly name: string
  readonly step: number
  readonly steps: number
}

/** What tabs tell each other of runs, and the worker its own page. */
export type TabNews =
  /** A run goes on in some tab; said when it begins, when somebody asks, and as it goes on. */
  | ({ readonly kind: 'live' } & LiveElsewhere)
  | { readonly kind: 'events'; readonly runId: string; readonly events: readonly RunEvent[] }
  | { readonly kind: 'ended'; readonly runId: string }
  /** This tab’s own run goes over to the tab that asked for it. */
  | { readonly kind: 'yielded'; readonly runId: string }

export interface KeepShelf {
  /** Tells of the runs of other tabs from here on. */
  watchTabs(onNews: (news: TabNews) => void): Promise<void>
  /** Has the tab that owns the run tell again what it said lately. */
  askTab(runId: string): Promise<void>
  /** Has the tab that owns the run save it and let go; answers when it has. */
  takeOver(runId: string): Promise<Result<true>>
  storageUse(): Promise<Result<StorageUse>>
  /** Asks the browser not to clear what is kept; answers whether it promised. */
  keepSafe(): Promise<Result<boolean>>
  /** Forgets a run's checkpoints: its curves and adapter stay, and it cannot go on. */
  dropCheckpoints(id: string): Promise<Result<true>>
  /** A run as one zip: recipe, curves, adapter, last checkpoint, and its data unless only its hash is wanted. */
  exportProject(id: string, withData: boolean): Promise<Result<{ readonly name: string; readonly zip: Blob }>>
  /** Keeps the run of such a zip here; one that is here already is not replaced. Progress in bytes, of writing and proving together. */
  openProject(file: NamedFile, onProgress: (done: number, total: number) => void): Promise<Result<RunRecord>>
  /** Copies chosen data files, so that they are there after a reload; answers the name that they are found under. */
  keepFiles(files: readonly KeptFile[]): Promise<Result<string>>
  keptFiles(name: string): Promise<Result<readonly KeptFile[]>>
  /** The project that is being opened is not; nothing of it stays. */
  cancelProject(): Promise<void>
}
