// The same curve of several runs in one chart: every step that any of them draws, and what each run had at that step. Pure.
import { CURVE, VALIDATION, type RunState } from '../../store/runState.ts'
import { column } from '../../store/table.ts'
import type { ChartData } from './series.ts'
import { pick, thinRows } from './thinRows.ts'

/** A curve's column in its table. */
const CURVES = {
  smoothed: CURVE.smoothed,
  validation: VALIDATION.loss,
  gradNorm: CURVE.gradNorm,
  learningRate: CURVE.learningRate,
} as const
export type CurveName = keyof typeof CURVES

const MOST_POINTS = 1000

/** @param log whether what is not positive is left out */
export function compareData(runs: readonly RunState[], name: CurveName, log: boolean): ChartData {
  const columns = runs.map((run) => {
    const table = name === 'validation' ? run.validation : run.curve
    return { steps: column(table, 0), values: column(table, CURVES[name]) }
  })
  const drawn = new Set<number>()
  for (const { steps, values } of columns) for (const step of pick(steps, thinRows(values, MOST_POINTS))) drawn.add(step)
  const all = Float64Array.from(drawn).toSorted()
  return [
    all,
    ...columns.map(({ steps, values }) => {
      let row = 0
      return Array.from(all, (step) => {
        while (row < steps.length && steps[row] < step) row += 1
        const value = steps[row] === step ? (values[row] ?? null) : null
        return value !== null && (!log || value > 0) ? value : null
      })
    }),
  ]
}
