// The three curves of a run: loss, learning rate, gradient norm, under one view and one cursor.
import { useMemo, useState } from 'react'
import { useApp } from '../AppContext.ts'
import { formatLoss, formatSmall } from '../format.ts'
import { CurveControls } from './CurveControls.tsx'
import { curveData, firstView, lossSeriesOf } from './curveData.ts'
import { LineChart, type Series } from './LineChart.tsx'
import { StepReader } from './StepReader.tsx'

const rateSeries: readonly Series[] = [{ label: 'learning rate', colour: 'rate', width: 2 }]
const normSeries: readonly Series[] = [{ label: 'L2 norm', colour: 'norm', width: 1.5 }]

export function RunCharts() {
  const curve = useApp((s) => s.run.curve)
  const validation = useApp((s) => s.run.validation)
  const [view, setView] = useState(firstView)
  const data = useMemo(() => curveData({ curve, validation }, view), [curve, validation, view])
  const shared = { syncKey: 'run', log: view.log }
  return (
    <div className="stack">
      <CurveControls view={view} count={curve.rows} onChange={setView} />
      <LineChart {...shared} title="Loss, nats per trained token" series={lossSeriesOf(view)} data={data.loss} height={250} format={formatLoss} />
      <div className="chart-pair">
        <LineChart syncKey="run" title="Learning rate" series={rateSeries} data={data.rate} height={120} format={formatSmall} />
        <LineChart {...shared} title="Gradient norm before clipping" series={normSeries} data={data.norm} height={120} format={formatSmall} />
      </div>
      <StepReader syncKey="run" steps={data.loss[0]} />
    </div>
  )
}
