// A value that arrives later. While a newer one is on its way, or after it failed, the last good one stays.
import { toFailure, type Failure } from '../protocol/failure.ts'
import type { Result } from '../protocol/studio.ts'

export interface Held<T> {
  readonly busy: boolean
  /** Bytes read so far, where the maker reports them. */
  readonly progress?: { readonly done: number; readonly total: number }
  readonly value?: T
  readonly failure?: Failure
}

export const nothing: Held<never> = { busy: false }

const kept = <T>(held: Held<T>): { value?: T } => (held.value === undefined ? {} : { value: held.value })

export const waiting = <T>(held: Held<T>): Held<T> => ({ busy: true, ...kept(held) })

export const progressed = <T>(held: Held<T>, done: number, total: number): Held<T> => ({ ...held, progress: { done, total } })

export const settled = <T>(held: Held<T>, result: Result<T>): Held<T> =>
  result.ok ? { busy: false, value: result.value } : { busy: false, ...kept(held), failure: result.failure }

/** A worker answers with failures as data; if the worker itself breaks, its error becomes one too. */
export async function answer<T>(call: Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await call
  } catch (error) {
    return { ok: false, failure: toFailure(error) }
  }
}
