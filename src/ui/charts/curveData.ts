// What the charts of a run draw, from its tables and from how the person looks at them. Pure.
import { CURVE, VALIDATION, type RunState } from '../../store/runState.ts'
import { column, type Table } from '../../store/table.ts'
import type { CurveView } from '../../store/views.ts'
import type { ChartData, Series } from './series.ts'
import { pick, thinRows } from './thinRows.ts'
import type { Words } from '../words/en.ts'

/** Points of a series, two for every pixel across: the page grows no wider than its widest chart of 1,000. */
const WIDE_POINTS = 2000
const NARROW_POINTS = 1000

/** The lists of loss curves by what is shown, named in the language that is spoken. */
export function lossSeries(words: Words['charts']['series']): Readonly<Record<'both' | 'smoothed' | 'raw', readonly Series[]>> {
  const raw: Series = { label: words.train, colour: 'raw', width: 1 }
  const alone: Series = { label: words.train, colour: 'train', width: 1.5 }
  const smoothed: Series = { label: words.smoothed, colour: 'train', width: 2 }
  const validation: Series = { label: words.validation, colour: 'validation', width: 2, dots: true }
  return { both: [raw, smoothed, validation], smoothed: [smoothed, validation], raw: [alone, validation] }
}

export const shownOf = ({ raw, smoothed }: CurveView): 'both' | 'smoothed' | 'raw' => (raw && smoothed ? 'both' : smoothed ? 'smoothed' : 'raw')

export interface CurveData {
  readonly loss: ChartData
  readonly rate: ChartData
  readonly norm: ChartData
}

export function curveData({ curve, validation }: Pick<RunState, 'curve' | 'validation'>, view: CurveView): CurveData {
  const from = view.last === undefined ? 0 : Math.max(0, curve.rows - view.last)
  const drawn = (most: number, index: number, others: readonly number[] = []): ChartData => {
    const values = column(curve, index)
    const rows = thinRows(values, most, from)
    return [pick(column(curve, CURVE.step), rows, from), ...[index, ...others].map((i) => pick(column(curve, i), rows, from))]
  }
  const { raw, smoothed, log } = view
  const [first, ...rest] = raw ? [CURVE.loss, ...(smoothed ? [CURVE.smoothed] : [])] : [CURVE.smoothed]
  const loss = drawn(WIDE_POINTS, first, rest)
  const positive = ([steps, ...series]: ChartData): ChartData => (log ? [steps, ...series.map(onlyPositive)] : [steps, ...series])
  return {
    loss: positive([...loss, alongSteps(loss[0], validation)]),
    rate: drawn(NARROW_POINTS, CURVE.learningRate),
    norm: positive(drawn(NARROW_POINTS, CURVE.gradNorm)),
  }
}

/** A logarithmic scale has no place for 0. */
const onlyPositive = (values: ChartData[number]): (number | null)[] => Array.from(values, (v) => (v !== null && v > 0 ? v : null))

/** Validation losses laid along the drawn steps, each at the first step not before it; null where none was measured. */
function alongSteps(steps: Float64Array, validation: Table): (number | null)[] {
  const values: (number | null)[] = Array.from({ length: steps.length }, () => null)
  const losses = column(validation, VALIDATION.loss)
  let row = 0
  column(validation, VALIDATION.step).forEach((step, i) => {
    if (step < (steps[0] ?? 0) - 1) return
    while (row < steps.length && steps[row] < step) row += 1
    if (row < steps.length) values[row] = losses[i] ?? null
  })
  return values
}
