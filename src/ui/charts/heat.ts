// The gradient's norms as a grid: steps across, the model's layers up. Pure.
import type { RunState } from '../../store/runState.ts'
import { say } from '../words/language.ts'

export interface Heat {
  readonly steps: readonly number[]
  /** Top row first. */
  readonly levels: readonly number[]
  /** By step, then by row; undefined where a layer did not train then. */
  readonly columns: readonly (readonly (number | undefined)[])[]
  /** Of what is above zero. */
  readonly least: number
  readonly most: number
  /** 0.06 to 1, by the norm's logarithm between the least and the most. */
  strength(norm: number): number
}

const PALEST = 0.06

export function heatOf({ at }: NonNullable<RunState['layerNorms']>): Heat {
  const levels = [...new Set(at.flatMap(({ norms }) => norms.map(([level]) => level)))].toSorted((a, b) => b - a)
  const columns = at.map(({ norms }) => {
    const byLevel = new Map(norms)
    return levels.map((level) => byLevel.get(level))
  })
  let [least, most] = [Number.POSITIVE_INFINITY, 0]
  for (const norm of columns.flat()) {
    if (norm === undefined || norm <= 0) continue
    least = Math.min(least, norm)
    most = Math.max(most, norm)
  }
  if (most === 0) least = 0
  const span = most > least ? Math.log(most / least) : 1
  const strength = (norm: number): number => (norm <= 0 ? 0 : PALEST + (1 - PALEST) * (most > least ? Math.log(norm / least) / span : 0.5))
  return { steps: at.map(({ step }) => step), levels, columns, least, most, strength }
}

export const levelName = (level: number, layers: number): string => {
  const words = say().charts.layers
  return level < 0 ? words.embeddings : level >= layers ? words.above : words.layer(level + 1)
}

/** So many of `count` numbers from 0 at even distances, first and last included. */
export function evenly(count: number, most: number): readonly number[] {
  if (count <= most) return Array.from({ length: count }, (_, i) => i)
  return Array.from({ length: most }, (_, i) => Math.round((i * (count - 1)) / (most - 1)))
}
