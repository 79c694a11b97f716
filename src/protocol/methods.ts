// Methods as the page sees them before a run: what there is, lists that have a name, and what each would train.
import type { MethodGroup } from './methodGroup.ts'
import type { OptionSpecs } from './options.ts'
import type { MethodChoice, Recipe } from './recipe.ts'
import type { Result } from './result.ts'

export interface MethodInfo {
  readonly id: string
  readonly label: string
  readonly group: MethodGroup
  readonly summary: string
  readonly paper: string
  readonly options: OptionSpecs
  readonly defaultLearningRate: number
}

/** Methods that are known together under one name. */
export interface MethodPreset {
  readonly id: string
  readonly label: string
  readonly summary: string
  readonly paper: string
  /** Options that are left out take the method's defaults. */
  readonly methods: readonly MethodChoice[]
  readonly defaultLearningRate: number
}

export interface MethodSize {
  readonly trainableParameters: number
  readonly totalParameters: number
  /** The trained values, 4 bytes each. */
  readonly bytes: number
}

/** What the page may ask about methods; a part of `Studio`. */
export interface MethodShelf {
  methods(): Promise<readonly MethodInfo[]>
  presets(): Promise<readonly MethodPreset[]>
  /** What the recipe would train on the open base with each of these lists for its methods, from tracing one token; a list that cannot be used says why. */
  methodSizes(recipe: Recipe, lists: readonly (readonly MethodChoice[])[]): Promise<Result<readonly Result<MethodSize>[]>>
}
