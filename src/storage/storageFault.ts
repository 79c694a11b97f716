// Turns whatever a disk, a quota or a database throws into one sentence and one thing to do. Nothing below is shown raw.
import { describeBytes } from '../lib/describeBytes.ts'
import { Fault } from '../protocol/failure.ts'

export interface StorageNeed {
  /** For instance "The checkpoint of step 40". */
  readonly what: string
  readonly bytes?: number
  /** What is still safe, as a sentence. */
  readonly kept?: string
}

const causes: Readonly<Record<string, readonly [found: string, hint: string]>> = {
  QuotaExceededError: ['there is no room left', 'Delete runs or models that you no longer need, then continue.'],
  ENOSPC: ['the disk is full', 'Free some disk space, then continue.'],
  AbortError: ['the browser broke the write off', 'Free some disk space if it is nearly full, then continue.'],
  InvalidStateError: ['the browser closed its storage', 'Reload the page and continue the run.'],
  NotReadableError: [
    'the stored file cannot be read',
    'Reload the page; if it happens again, delete this run and start it anew.',
  ],
  NotFoundError: ['the stored file is gone', 'The browser may have cleared this site’s data; start the run anew.'],
  NoModificationAllowedError: ['another tab is writing the same file', 'Close the other Tunesmith tabs and continue.'],
  VersionError: ['it was saved by a newer version of Tunesmith', 'Reload the page to get that version.'],
  EACCES: ['the folder may not be written', 'Check the permissions of the folder.'],
  EROFS: ['the folder may not be written', 'Choose a folder on a disk that can be written.'],
}

export function storageFault(error: unknown, need: StorageNeed): Fault {
  if (error instanceof Fault)
    return need.kept === undefined ? error : new Fault(error.code, `${error.message} ${need.kept}`, error.hint, error.detail, error.remedies)
  const cause = error instanceof Error || error instanceof DOMException ? error : new Error(String(error))
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name
  const [found, hint] = causes[code] ?? ['the browser’s storage failed', 'Reload the page and try again.']
  const size = need.bytes === undefined ? '' : ` (${describeBytes(need.bytes)})`
  const kept = need.kept === undefined ? '' : ` ${need.kept}`
  return new Fault(
    'storage',
    `${need.what}${size} could not be stored or read: ${found}.${kept}`,
    hint,
    `${cause.name}: ${cause.message}`,
  )
}

/** Runs a task whose failures are storage failures. */
export async function storing<T>(need: StorageNeed, task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (error) {
    throw storageFault(error, need)
  }
}
