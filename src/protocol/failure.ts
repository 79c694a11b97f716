// A failure that a person reads: one sentence each for what happened and what to do.
// Failures cross threads as plain data, because a thrown error loses its class and fields on the way;
// the page switches on `code`, never on text.

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

export interface Failure {
  readonly code: FailureCode
  /** What was expected and what was found, in one sentence. */
  readonly message: string
  /** What to do about it, in one sentence. */
  readonly hint: string
  /** Technical details to copy: stack, all mismatches. */
  readonly detail?: string
}

/** Inside one thread a failure travels as this error; at the thread's edge it becomes a `Failure`. */
export class Fault extends Error implements Failure {
  readonly code: FailureCode
  readonly hint: string
  readonly detail?: string
  constructor(code: FailureCode, message: string, hint: string, detail?: string) {
    super(message)
    this.name = 'Fault'
    this.code = code
    this.hint = hint
    if (detail !== undefined) this.detail = detail
  }
}

/** Any thrown value as a `Failure`, so that no error is ever shown raw. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Fault) {
    const { code, message, hint, detail } = error
    return detail === undefined ? { code, message, hint } : { code, message, hint, detail }
  }
  const text = error instanceof Error ? error.message : String(error)
  const detail = error instanceof Error ? (error.stack ?? text) : text
  return {
    code: 'internal',
    message: `Something went wrong inside the studio: ${text}`,
    hint: 'Reload the page and try again; what was saved is kept. Copy the details if you report it.',
    detail,
  }
}
