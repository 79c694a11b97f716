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

/** Runs a recipe whose relative paths start at `here`; `baseFolder` holds a base that was fetched. */
export type RunRecipe = (recipe: Recipe, here: string, onEvent: (event: RunEvent) => void, baseFolder?: string) => Promise<TuneResult>
