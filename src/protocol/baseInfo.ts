// What the page shows of an open base model.

export interface BaseInfo {
  readonly id: string
  /** The commit, of a model from the Hub. */
  readonly revision?: string
  readonly title: string
  /** Its id among the models that are stored in this browser. */
  readonly storedAs?: string
  /** Of a dropped folder that is stored: the hash of its configuration and weights. */
  readonly sha256?: string
  /** What storing it would take, of a dropped folder that is not. */
  readonly bytesToKeep?: number
  readonly modelType: string
  readonly parameters: number
  readonly bytes: number
  readonly contextLength: number
  readonly vocabulary: number
  readonly chat: boolean
  /** What most of its matrices are kept in, of a GGUF file with blocks: Q4_K, … */
  readonly blocks?: 'Q8_0' | 'Q4_0' | 'Q4_K' | 'Q6_K'
  /** Names a method may target, most common first: `q_proj`, `v_proj`, … */
  readonly linearLayers: readonly string[]
}
