// A computation timed for several libraries at one size, as rates of the work that it needs.
import type { Bench } from './bench.ts'
import { differs } from './differs.ts'
import { interleave, type Timing } from './interleave.ts'
import type { Work } from './peers/peer.ts'
import { mapSpread, type Spread } from './spread.ts'

export interface RateArm {
  readonly name: string
  readonly gflops: Spread
  readonly timing: Timing
}

export interface RateRow {
  readonly of: string
  readonly flops: number
  readonly arms: readonly RateArm[]
}

/** Times all works in turns; the first is ours, and those with other results than its are left out. Frees them. */
export async function rateRow(bench: Bench, of: string, flops: number, works: ReadonlyMap<string, Work>, tolerance: number): Promise<RateRow> {
  const [ours] = [...works.values()]
  const expected = await ours.result()
  const right = new Map<string, Work>()
  for (const [name, work] of works) {
    const wrong = work === ours ? undefined : differs(await work.result(), expected, tolerance)
    if (wrong === undefined) right.set(name, work)
    else bench.leaveOut(`${name}, ${of}: its result is not ours (${wrong}), so no time is quoted.`)
  }
  const found = await interleave([...right].map(([name, work]) => ({ name, run: (times: number) => work.run(times) })), bench)
  for (const work of works.values()) work.dispose()
  return { of, flops, arms: [...found].map(([name, timing]) => ({ name, timing, gflops: mapSpread(timing.wall, (ms) => flops / ms / 1e6) })) }
}
