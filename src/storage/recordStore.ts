// Small records in named tables, under text keys, in key order. One `write` is atomic and on the disk when it resolves:
// all of its changes or none. Knows the shape of each table, not what a record is for.
import type { StoredAdapter } from '../protocol/adapters.ts'
import type { RunEvent } from '../protocol/event.ts'
import type { RunRecord } from '../protocol/studio.ts'

export interface StoredFile {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

/** Files that were written, read back and found equal: the pointer to them. */
export interface StoredFolder {
  readonly folder: string
  readonly at: number
  readonly files: readonly StoredFile[]
}

export interface StoredModel {
  readonly id: string
  readonly path: string
  /** Tells one upload of the model from the next: a hash, an ETag or a commit. */
  readonly version: string
  readonly bytes: number
  /** Absent while a download is under way. */
  readonly complete?: { readonly at: number; readonly sha256: string }
}

/** A model of several files in the model store, found by its name: `builtin/starter`, `hub/org/name@commit` or `folder/name@sha256`. */
export interface LibraryModel {
  readonly id: string
  readonly source: 'builtin' | 'hub' | 'folder'
  /** Built-in id, repository, or name of the folder. */
  readonly name: string
  /** Of a folder: the hash of its configuration and weights. */
  readonly sha256?: string
  /** Of the Hub: what was asked for, and the commit that it was. */
  readonly revision?: string
  readonly commit?: string
  /** File ids are `id/path`. Some may still have to be fetched. */
  readonly parts: readonly { readonly path: string; readonly bytes: number }[]
  readonly addedAt: number
  readonly usedAt: number
}

/** What was measured on one adapter: the number of the fastest kernel, by what was tuned. */
export interface StoredKernels {
  readonly version: string
  readonly choices: Readonly<Record<string, number>>
}

export interface Tables {
  runs: RunRecord
  events: { readonly events: readonly RunEvent[] }
  checkpoints: StoredFolder & { readonly step: number }
  /** Of runs and of the shelf, by their ids. */
  adapters: StoredFolder
  inputs: StoredFolder
  models: StoredModel
  shelf: StoredAdapter
  library: LibraryModel
  kernels: StoredKernels
}
export type Table = keyof Tables
export const tables = ['runs', 'events', 'checkpoints', 'adapters', 'inputs', 'models', 'shelf', 'library', 'kernels'] as const satisfies readonly Table[]

export type Change = {
  [T in Table]:
    | { readonly table: T; readonly key: string; readonly put: Tables[T] }
    /** Changes only these fields, of a record that exists; otherwise does nothing. */
    | { readonly table: T; readonly key: string; readonly patch: Partial<Tables[T]> }
    | { readonly table: T; readonly key: string; readonly remove: true }
    | { readonly table: T; readonly prefix: string; readonly remove: true }
}[Table]

export interface RecordStore {
  get<T extends Table>(table: T, key: string): Promise<Tables[T] | undefined>
  /** Records whose key starts with `prefix`, in key order. */
  all<T extends Table>(table: T, prefix?: string): Promise<{ readonly key: string; readonly value: Tables[T] }[]>
  write(changes: readonly Change[]): Promise<void>
  close(): Promise<void>
}

/** A number as a key that sorts as the number does. */
export const sortable = (n: number): string => String(n).padStart(12, '0')
