// What every call across the thread answers with, and the files that go with one.
import type { Failure } from './failure.ts'

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure }

export interface NamedFile {
  /** Path inside a dropped folder, `/`-separated; the bare name for a single file. */
  readonly path: string
  readonly file: File
}
