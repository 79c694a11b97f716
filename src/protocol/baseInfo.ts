// What the page shows of an open base model.

export interface BaseInfo {
  readonly id: string
  /** The commit, of a model from the Hub. */
  readonly revision?: string
  readonly title: string
  readonly modelType: string
  readonly parameters: number
  readonly bytes: number
  readonly contextLength: number
  readonly vocabulary: number
  readonly chat: boolean
  /** Names a method may target, most common first: `q_proj`, `v_proj`, … */
  readonly linearLayers: readonly string[]
}
