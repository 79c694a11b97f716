// What a bench came to: one JSON document, from which the tables are written.
import type { Ceiling } from './ceiling.ts'
import type { GrowthPoint } from './measureGrowth.ts'
import type { MatmulRow } from './measureMatmul.ts'
import type { Overhead } from './measureOverhead.ts'
import type { StepResult } from './measureStep.ts'
import type { RateRow } from './rateRow.ts'

/** Where and when, so that no number stands alone. */
export interface Made {
  readonly date: string
  /** With a plus where files differ from it. */
  readonly commit: string
  readonly machine: { readonly processor: string; readonly cores: number; readonly memory: number; readonly system: string }
  readonly host: string
  readonly adapter: AdapterFacts
  /** Versions of the libraries beside ours. */
  readonly peers: Readonly<Record<string, string>>
  readonly rounds: number
  /** Processes that wanted to run, over the last minute, before and after. */
  readonly load: readonly [number, number]
}

export interface AdapterFacts {
  readonly vendor: string
  readonly architecture: string
  readonly description: string
  readonly software: boolean
  readonly subgroups: readonly [number, number]
}

export interface Findings {
  ceiling?: Ceiling
  readonly steps: StepResult[]
  matmul?: readonly MatmulRow[]
  attention?: readonly RateRow[]
  loss?: readonly RateRow[]
  overhead?: readonly Overhead[]
  growth?: readonly GrowthPoint[]
  /** What was not measured, and why. */
  readonly leftOut: string[]
}

export interface Report extends Findings {
  readonly made: Made
}

/** What the place that measures hands back. */
export interface Measured {
  readonly adapter: AdapterFacts
  readonly host: string
  /** Of libraries that are no packages of ours. */
  readonly versions?: Readonly<Record<string, string>>
  readonly findings: Findings
}
