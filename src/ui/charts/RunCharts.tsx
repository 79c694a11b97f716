// The three curves of a run: loss, learning rate, gradient norm.
import { useMemo } from 'react'
import { CURVE, VALIDATION, type RunState } from '../../store/runState.ts'
import { column, type Table } from '../../store/table.ts'
import { useApp } from '../AppContext.ts'
import { formatLoss, formatSmall } from '../format.ts'
import { LineChart, type ChartData, type Series } from './LineChart.tsx'

const lossSeries: readonly Series[] = [
  { label: 'train', colour: 'raw', width: 1 },
  { label: 'train, smoothed', colour: 'train', width: 2 },
  { label: 'validation', colour: 'validation', width: 2, dots: true },
]
const rateSeries: readonly Series[] = [{ label: 'learning rate', colour: 'rate', width: 2 }]
const normSeries: readonly Series[] = [{ label: 'L2 norm', colour: 'norm', width: 1.5 }]

/** Validation losses laid along the training steps; null where none was measured. */
function alongSteps(steps: Float64Array, validation: Table): (number | null)[] {
  const values: (number | null)[] = Array.from({ length: steps.length }, () => null)
  const at = column(validation, VALIDATION.step)
  const losses = column(validation, VALIDATION.loss)
  let row = 0
  at.forEach((step, i) => {
    while (row < steps.length && (steps[row] ?? 0) < step) row += 1
    if (steps[row] === step) values[row] = losses[i] ?? null
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
  return {
    loss: [steps, column(curve, CURVE.loss), column(curve, CURVE.smoothed), alongSteps(steps, validation)],
    rate: [steps, column(curve, CURVE.learningRate)],
    norm: [steps, column(curve, CURVE.gradNorm)],
  }
}
