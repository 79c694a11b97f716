// The three curves of a run: loss, learning rate, gradient norm, under one view and one cursor.
import { useMemo } from 'react'
import { useActions, useApp } from '../AppContext.ts'
import { formatLoss, formatSmall } from '../format.ts'
import { CurveControls } from './CurveControls.tsx'
import { useWords } from '../words/language.ts'
import { curveData, lossSeries, shownOf } from './curveData.ts'
import { LineChart } from './LineChart.tsx'
import { StepReader } from './StepReader.tsx'

export function RunCharts() {
  const curve = useApp((s) => s.run.curve)
  const validation = useApp((s) => s.run.validation)
  const view = useApp((s) => s.views.curves)
  const { look } = useActions()
  const data = useMemo(() => curveData({ curve, validation }, view), [curve, validation, view])
  const w = useWords().charts
  // The same lists until the language changes: a chart with another list is built anew.
  const series = useMemo(() => ({ ...lossSeries(w.series), rate: [{ label: w.series.rate, colour: 'rate', width: 2 }], norm: [{ label: w.series.norm, colour: 'norm', width: 1.5 }] }), [w])
  const shared = { syncKey: 'run', log: view.log }
  return (
    <div className="stack">
      <CurveControls view={view} count={curve.rows} onChange={(curves) => look({ curves })} />
      <LineChart {...shared} title={w.loss} term="loss" series={series[shownOf(view)]} data={data.loss} height={250} format={formatLoss} />
      <div className="chart-pair">
        <LineChart syncKey="run" title={w.rate} term="rate" series={series.rate} data={data.rate} height={120} format={formatSmall} />
        <LineChart {...shared} title={w.norm} term="norm" series={series.norm} data={data.norm} height={120} format={formatSmall} />
      </div>
      <StepReader syncKey="run" steps={data.loss[0]} />
    </div>
  )
}
