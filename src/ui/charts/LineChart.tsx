// A uPlot canvas that follows growing typed arrays. The legend's swatches carry the colours, so that the style sheet
// stays their only source; the canvas reads them and is drawn again when the theme changes.
import { useEffect, useRef, useState } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { Explain } from '../explain/Explain.tsx'
import type { Term } from '../explain/explained.ts'
import { formatCount } from '../format.ts'
import { onColours } from '../useTheme.ts'
import { chartOptions } from './chartOptions.ts'
import { ChartTable } from './ChartTable.tsx'
import type { ChartData, Series } from './series.ts'
import { say } from '../words/language.ts'
import './LineChart.css'

interface Props {
  title: string
  /** What explains it. */
  term?: Term
  series: readonly Series[]
  data: ChartData
  height: number
  format: (value: number) => string
  /** Charts with the same key share their cursor. */
  syncKey?: string
  /** A logarithmic scale; values that are not positive must be null then. */
  log?: boolean
}

export function LineChart({ title, term, series, data, height, format, syncKey, log = false }: Props) {
  const host = useRef<HTMLDivElement>(null)
  const legend = useRef<HTMLSpanElement>(null)
  const plot = useRef<uPlot>(null)
  const latest = useRef(data)
  const [at, setAt] = useState<number>()

  useEffect(() => {
    const { current: element } = host
    const { current: swatches } = legend
    if (!element || !swatches) return
    const build = (): void => {
      plot.current?.destroy()
      const colours = [...swatches.querySelectorAll('i')].map((i) => getComputedStyle(i).color)
      const size = { width: Math.max(120, element.clientWidth), height }
      plot.current = new uPlot(
        chartOptions({ series, colours, size, style: getComputedStyle(element), onCursor: setAt, log, ...(syncKey !== undefined && { syncKey }) }),
        latest.current,
        element,
      )
    }
    build()
    const resized = new ResizeObserver(() => {
      const width = Math.max(120, element.clientWidth)
      if (plot.current && plot.current.width !== width) plot.current.setSize({ width, height })
    })
    resized.observe(element)
    const stop = onColours(build)
    return () => {
      resized.disconnect()
      stop()
      plot.current?.destroy()
      plot.current = null
    }
  }, [series, height, syncKey, log])

  useEffect(() => {
    latest.current = data
    plot.current?.setData(data)
  }, [data])

  const row = at !== undefined && at < data[0].length ? at : data[0].length - 1
  return (
    <figure className="chart">
      <figcaption className="chart-caption">
        <span className="chart-title">
          <h3>{title}</h3>
          {term && <Explain of={term} />}
        </span>
        <span className="chart-legend" ref={legend}>
          {series.map(({ label, colour }, i) => {
            const value = lastUpTo(data[i + 1], row)
            return (
              <span key={label}>
                <i className={`series-${colour}`} aria-hidden="true" />{' '}
                <span className={series.length === 1 ? 'unseen' : ''}>{label}</span>{' '}
                <b>{value === null || value === undefined ? '' : format(value)}</b>
              </span>
            )
          })}
          <span className="soft">{data[0].length > 0 ? say().charts.atStep(formatCount(data[0][row] ?? 0)) : say().charts.noStep}</span>
        </span>
      </figcaption>
      <div ref={host} className="chart-canvas" aria-hidden="true" />
      <ChartTable title={title} series={series} data={data} format={format} />
    </figure>
  )
}

/** A curve that was not measured at a row has the value that it had before. */
function lastUpTo(values: ChartData[number] | undefined, row: number): number | null | undefined {
  let at = row
  while (at > 0 && (values?.[at] ?? null) === null) at -= 1
  return values?.[at]
}
