// One fuzz target, run in a worker of its own: input after input, with a beat before each, so that whoever started it sees where
// it hangs. Seeds count up by batches; a seed and a path find an input again.
import fc from 'fast-check'
import { SLOWEST_MS, tryInput, type FuzzTarget } from './target.ts'
import { targetNamed } from './targets.ts'

export interface FuzzJob {
  readonly id: string
  readonly seed: number
  readonly runs: number
  /** Only this input, found by a run before. */
  readonly path?: string
  /** Only tells what the input is. */
  readonly show?: boolean
  /** Three shared numbers: inputs begun, seed and place of the last one. */
  readonly beat: Int32Array
}
export type FuzzNews =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly done: number }
  | { readonly kind: 'failure'; readonly seed: number; readonly path: string; readonly reason: string; readonly input: Uint8Array | string }
  | { readonly kind: 'finished' }
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'input'; readonly input: Uint8Array | string }

const BATCH = 1000
const REPORT_MS = 1000
/** Making a failing input smaller stops after this, too. */
const BATCH_MS = 60_000

export async function serve({ id, seed, runs, path, show, beat }: FuzzJob, tell: (news: FuzzNews) => void): Promise<void> {
  const target = await targetNamed(id)
  tell({ kind: 'ready' })
  if (show) {
    tell({ kind: 'input', input: asSent(fc.sample(target.inputs, { seed, path: path ?? '0', numRuns: 1 })[0]) })
    return target.close?.()
  }
  let told = performance.now()
  for (let done = 0, batch = seed | 0; done < runs; batch = (batch + 1) | 0) {
    const numRuns = Math.min(BATCH, runs - done)
    const before = done
    let place = 0
    let last: Promise<void> | undefined
    const property = fc.asyncProperty(target.inputs, async (input) => {
      beat[1] = batch
      beat[2] = place++
      Atomics.add(beat, 0, 1)
      await (last = timed(target, input, place % 8 === 0))
      if (performance.now() - told > REPORT_MS) {
        told = performance.now()
        tell({ kind: 'progress', done: before + place })
      }
    })
    const result = await fc.check(property, { seed: batch, numRuns, ...(path !== undefined && { path }), interruptAfterTimeLimit: BATCH_MS })
    // A batch that took too long is left in the middle of an input.
    await last?.catch(() => undefined)
    if (result.failed && result.counterexample)
      tell({ kind: 'failure', seed: batch, path: result.counterexamplePath ?? '', reason: reasonOf(result.errorInstance), input: asSent(result.counterexample[0]) })
    done += path === undefined ? (result.failed ? numRuns : Math.max(1, result.numRuns)) : runs
  }
  tell({ kind: 'progress', done: runs })
  await target.close?.()
  tell({ kind: 'finished' })
}

/** What others do on the machine is not held against it. */
async function timed(target: FuzzTarget<unknown>, input: unknown, twice: boolean): Promise<void> {
  const [wall, work] = [performance.now(), process.cpuUsage()]
  await tryInput(target, input, twice)
  if (performance.now() - wall < SLOWEST_MS) return
  const { user, system } = process.cpuUsage(work)
  const ms = (user + system) / 1000 / (twice ? 2 : 1)
  if (ms > SLOWEST_MS) throw new Error(`It took ${Math.round(ms)} ms.`)
}

const reasonOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error))
const asSent = (input: unknown): Uint8Array | string => (input instanceof Uint8Array ? input : JSON.stringify(input, (_, v: unknown) => (v instanceof Uint8Array ? { base64: btoa(String.fromCharCode(...v)) } : v)))
