// Times several things in turns, so that whatever else the machine does meets all of them alike.
import { spreadOf, type Spread } from './spread.ts'

/** One thing to time. `run` resolves when the GPU has done the work `times` times. */
export interface Arm {
  readonly name: string
  run(times: number): Promise<void>
  /** Where it runs in a process of its own. */
  readonly cpu?: CpuClock | undefined
}

export interface Timing {
  /** Milliseconds of one run on the clock. */
  readonly wall: Spread
  /** Milliseconds of processor time of one run, all cores together; on a software adapter the work itself. */
  readonly cpu?: Spread
  /** Runs between two looks at the clock. */
  readonly times: number
}

/** Milliseconds of processor time that this process, or the browser, has used so far. */
export type CpuClock = () => Promise<number>

export interface InterleaveOptions {
  readonly rounds: number
  /** A sample of a fast arm lasts at least this long, so that waiting for the GPU does not count. */
  readonly leastMs?: number
  readonly mostTimes?: number
  /** The arms ran before: no run goes unmeasured, and a sample is one run. */
  readonly warm?: boolean
  readonly cpu?: CpuClock | undefined
}

/** An arm whose runs take longer than this is timed twice only. */
const SLOW_MS = 15_000

/** Each arm once unmeasured, then once to learn how often it fits a sample, then all in turns. */
export async function interleave(arms: readonly Arm[], { rounds, leastMs = 20, mostTimes = 16, warm = false, cpu }: InterleaveOptions): Promise<Map<string, Timing>> {
  const samples = new Map<string, { wall: number[]; cpu: number[]; times: number }>()
  for (const arm of arms) {
    samples.set(arm.name, { wall: [], cpu: [], times: 1 })
    if (warm) continue
    await arm.run(1)
    const began = performance.now()
    await arm.run(1)
    const ms = performance.now() - began
    samples.get(arm.name)!.times = Math.max(1, Math.min(mostTimes, Math.round(leastMs / ms)))
  }
  for (let round = 0; round < rounds; round++) {
    for (const arm of arms) {
      const s = samples.get(arm.name)!
      if (!warm && round >= 2 && s.wall[0] * s.times > SLOW_MS) continue
      const clock = cpu && (arm.cpu ?? cpu)
      const used = await clock?.()
      const began = performance.now()
      await arm.run(s.times)
      s.wall.push((performance.now() - began) / s.times)
      if (used !== undefined) s.cpu.push(((await clock!()) - used) / s.times)
    }
  }
  return new Map([...samples].map(([name, s]) => [name, { wall: spreadOf(s.wall), times: s.times, ...(s.cpu.length > 0 && { cpu: spreadOf(s.cpu) }) }]))
}
