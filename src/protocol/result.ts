// What every call across the thread answers with, and the files that go with one.
import { faultOf, toFailure, type Failure } from './failure.ts'

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure }

/** What the work comes to: whatever it throws is answered as data. */
export async function resultOf<T>(work: () => Promise<T>): Promise<Result<T>> {
  try {
    return { ok: true, value: await work() }
  } catch (error) {
    return { ok: false, failure: toFailure(error) }
  }
}

/** The value on the other side of a thread; a failure is thrown again as what it was. */
export function valueOf<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw faultOf(result.failure)
}

export interface NamedFile {
  /** Path inside a dropped folder, `/`-separated; the bare name for a single file. */
  readonly path: string
  readonly file: File
}
