// What every measurement is given: the adapter, the libraries to measure beside ours, and how long to measure.
import type { Gpu } from '../../gpu/device.ts'
import type { CpuClock } from './interleave.ts'
import type { Peer } from './peers/peer.ts'
import type { ReadStarter } from './presets.ts'

export interface Bench {
  /** A device of its own for each measurement, so that its buffers can be counted. */
  open(): Promise<Gpu>
  readonly software: boolean
  readonly peers: readonly Peer[]
  readonly rounds: number
  /** Least length of a sample; processor time is counted in hundredths of a second. */
  readonly leastMs: number
  /** Leaves out larger sizes. */
  readonly quick: boolean
  /** Measures what takes minutes on a software adapter. */
  readonly patient: boolean
  readonly cpu: CpuClock | undefined
  /** Milliseconds of processor time of the thread that runs JavaScript; the clock where nothing tells. */
  readonly threadMs: () => number
  readonly readStarter: ReadStarter
  /** Tells the person waiting what is measured now, or what was left out and why. */
  say(text: string): void
  /** Notes what is not in the findings, and why. */
  leaveOut(why: string): void
}
