// The three curves of a run: loss, learning rate, gradient norm.
import { useMemo } from 'react'
import { CURVE, VALIDATION, type RunState } from '../../store/runState.ts'
import { column, type Table } from '../../store/table.ts'
import { useApp } from '../AppContext.ts'
import { formatLoss, formatSmall } from '../format.ts'
import { pick, thinRows } from './thinRows.ts'
import { LineChart, type ChartData, type Series } from './LineChart.tsx'

const lossSeries: readonly Series[] = [
  { label: 'train', colour: 'raw', width: 1 },
  { label: 'train, smoothed', colour: 'train', width: 2 },
  { label: 'validation', colour: 'validation', width: 2, dots: true },
]
const rateSeries: readonly Series[] = [{ label: 'learning rate', colour: 'rate', width: 2 }]
const normSeries: readonly Series[] = [{ label: 'L2 norm', colour: 'norm', width: 1.5 }]

/** More than a wide screen has pixels across. */
const MOST_POINTS = 4000

/** Validation losses laid along the drawn steps, each at the first step not before it; null where none was measured. */
function alongSteps(steps: Float64Array, validation: Table): (number | null)[] {
  const values: (number | null)[] = Array.from({ length: steps.length }, () => null)
  const losses = column(validation, VALIDATION.loss)
  let row = 0
  column(validation, VALIDATION.step).forEach((step, i) => {
    while (row < steps.length && (steps[row] ?? 0) < step) row += 1
    if (row < steps.length) values[row] = losses[i] ?? null
  })
  return values
}

export function RunCharts() {
  const curve = useApp((s) => s.run.curve)
  const validation = useApp((s) => s.run.validation)
  const data = useMemo(() => chartData({ curve, validation }), [curve, validation])
  return (
    <div className="stack">
      <LineChart title="Loss, nats per trained token" series={lossSeries} data={data.loss} height={250} format={formatLoss} />
      <div className="chart-pair">
        <LineChart title="Learning rate" series={rateSeries} data={data.rate} height={120} format={formatSmall} />
        <LineChart title="Gradient norm before clipping" series={normSeries} data={data.norm} height={120} format={formatSmall} />
      </div>
    </div>
  )
}

function chartData({ curve, validation }: Pick<RunState, 'curve' | 'validation'>): Record<'loss' | 'rate' | 'norm', ChartData> {
  const steps = column(curve, CURVE.step)
  const single = (index: number): ChartData => {
    const values = column(curve, index)
    const rows = thinRows(values, MOST_POINTS)
    return [pick(steps, rows), pick(values, rows)]
  }
  const loss = column(curve, CURVE.loss)
  const rows = thinRows(loss, MOST_POINTS)
  const shown = pick(steps, rows)
  return {
    loss: [shown, pick(loss, rows), pick(column(curve, CURVE.smoothed), rows), alongSteps(shown, validation)],
    rate: single(CURVE.learningRate),
    norm: single(CURVE.gradNorm),
  }
}
