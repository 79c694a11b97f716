// What is kept of a run beside its events, its checkpoints and its adapter.
import type { Metric, PlanSummary } from './event.ts'
import type { Recipe } from './recipe.ts'

export interface RunRecord {
  readonly id: string
  readonly recipe: Recipe
  readonly createdAt: number
  readonly status: 'running' | 'paused' | 'stopped' | 'done' | 'failed'
  readonly step: number
  /** Last committed checkpoint; the run can continue from here. */
  readonly checkpointStep?: number
  readonly lastLoss?: number
  readonly plan?: PlanSummary
  /** Shares, 0 to 1; a run of an earlier version says no metric. */
  readonly scores?: { readonly metric?: Metric; readonly before?: number; readonly after?: number }
  readonly hasAdapter: boolean
}
