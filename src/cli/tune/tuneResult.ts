// What a headless run leaves.
import type { RunEvent } from '../../protocol/event.ts'
import type { Recipe } from '../../protocol/recipe.ts'
import type { RunRecord } from '../../protocol/studio.ts'

export interface TuneResult {
  readonly record: RunRecord
  readonly events: readonly RunEvent[]
  /** The adapter folder, by path. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

export interface RunOptions {
  /** Holds a base that was fetched. */
  readonly baseFolder?: string
  /** Starts at once: which kernels a GPU runs fastest is not measured. */
  readonly usualKernels?: boolean
}

/** Runs a recipe whose relative paths start at `here`. */
export type RunRecipe = (recipe: Recipe, here: string, onEvent: (event: RunEvent) => void, options?: RunOptions) => Promise<TuneResult>
