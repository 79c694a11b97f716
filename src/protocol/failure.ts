// A failure that a person reads: one sentence each for what happened and what to do.
// Failures cross threads as plain data, because a thrown error loses its class and fields on the way;
// the page switches on `code`, never on text.

import type { Drop } from './dataRecipe.ts'
import type { OptionValue } from './options.ts'
import type { TaskType } from './taskType.ts'

export type FailureCode =
  | 'no-webgpu'
  | 'device-lost'
  | 'out-of-memory'
  | 'bad-file'
  | 'bad-model'
  | 'bad-data'
  | 'bad-recipe'
  | 'bad-adapter'
  | 'storage'
  | 'network'
  | 'diverged'
  | 'cancelled'
  | 'internal'

/** A change of the recipe that takes the obstacle away: a button beside the hint. Methods are named by id; an option without one is that of whichever method has it. */
export type Remedy =
  | { readonly kind: 'instead'; readonly of: string; readonly use: string }
  | { readonly kind: 'without'; readonly method: string }
  | { readonly kind: 'option'; readonly method?: string; readonly name: string; readonly value: OptionValue }
  | { readonly kind: 'training'; readonly name: string; readonly value: OptionValue }
  /** The failed run goes on from its last good checkpoint, of that step, at another peak learning rate. */
  | { readonly kind: 'continue'; readonly step: number; readonly learning_rate: number }
  /** What is to be predicted. */
  | { readonly kind: 'task'; readonly value: TaskType }
  | DataRemedy

/** A change of what is left out of the data and how it is read; a `drop` is added to those before. */
export type DataRemedy =
  | { readonly kind: 'data'; readonly name: 'drop'; readonly value: Drop }
  | { readonly kind: 'data'; readonly name: 'cut'; readonly value: 'start' }
  | { readonly kind: 'data'; readonly name: 'quotes'; readonly value: 'plain' }
  | { readonly kind: 'data'; readonly name: 'balance'; readonly value: 'repeat' }

export interface Failure {
  readonly code: FailureCode
  /** What was expected and what was found, in one sentence. */
  readonly message: string
  /** What to do about it, in one sentence. */
  readonly hint: string
  /** Technical details to copy: stack, all mismatches. */
  readonly detail?: string
  readonly remedies?: readonly Remedy[]
}

/** Inside one thread a failure travels as this error; at the thread's edge it becomes a `Failure`. */
export class Fault extends Error implements Failure {
  readonly code: FailureCode
  readonly hint: string
  readonly detail?: string
  readonly remedies?: readonly Remedy[]
  constructor(code: FailureCode, message: string, hint: string, detail?: string, remedies?: readonly Remedy[]) {
    super(message)
    this.name = 'Fault'
    this.code = code
    this.hint = hint
    if (detail !== undefined) this.detail = detail
    if (remedies !== undefined) this.remedies = remedies
  }
}

/** What any thrown value says of itself. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

export const faultOf = ({ code, message, hint, detail, remedies }: Failure): Fault => new Fault(code, message, hint, detail, remedies)

/** Any thrown value as a `Failure`, so that no error is ever shown raw. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Fault) {
    const { code, message, hint, detail, remedies } = error
    return { code, message, hint, ...(detail !== undefined && { detail }), ...(remedies && { remedies }) }
  }
  const text = messageOf(error)
  const detail = error instanceof Error ? (error.stack ?? text) : text
  return {
    code: 'internal',
    message: `Something went wrong inside the studio: ${text}`,
    hint: 'Reload the page and try again; what was saved is kept. Copy the details if you report it.',
    detail,
  }
}
