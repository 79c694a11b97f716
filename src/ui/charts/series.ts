// What a chart draws: numbers by step, and how each line of them looks.
export interface Series {
  readonly label: string
  /** A colour token's name, without the dashes. */
  readonly colour: string
  readonly width: number
  readonly dots?: boolean
  /** Lengths of strokes and gaps; unsaid: a whole line. */
  readonly dash?: readonly number[]
}

/** Steps, then one column per series; a missing value is null. */
export type ChartData = [Float64Array, ...(Float64Array | (number | null)[])[]]
