// The contract of a fuzz target: one reader of what comes from outside, and what to feed it. One file each in targets/, named by
// its id; `npm run fuzz` and the gate find them.
import type fc from 'fast-check'
import { Fault } from '../../protocol/failure.ts'

export interface FuzzTarget<T> {
  readonly inputs: fc.Arbitrary<T>
  /** Reads it. A Fault is an answer; anything else that is thrown is a defect. Tells what came of it, to be compared. */
  run(input: T): Promise<unknown> | unknown
  /** How many inputs the gate tries. */
  readonly gateRuns: number
  /** Ends what it opened. */
  close?(): Promise<void>
}

/** An input may take this long, in milliseconds of this thread's work. */
export const SLOWEST_MS = 2000

/** Reads an input twice, now and then: the same must come of it. */
export async function tryInput<T>({ run }: FuzzTarget<T>, input: T, twice: boolean): Promise<void> {
  const first = await outcome(run, input)
  if (!twice) return
  const second = await outcome(run, input)
  if (first !== second) throw new Error(`The same input gave ${first.slice(0, 200)} and then ${second.slice(0, 200)}`)
}

async function outcome<T>(run: FuzzTarget<T>['run'], input: T): Promise<string> {
  try {
    return `read ${JSON.stringify(await run(input)) ?? ''}`
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    if (!/\S.{8,}/.test(error.message) || error.hint === '') throw new Error(`A failure without a sentence: ${JSON.stringify(error.message)}`, { cause: error })
    return `refused: ${error.code} ${error.message}`
  }
}
