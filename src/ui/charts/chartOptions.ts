// uPlot's options for one chart of this page: thin grid, linked cursors, no zoom, colours handed in.
import uPlot from 'uplot'
import { formatCount, formatSmall } from '../format.ts'
import type { Series } from './series.ts'

interface Wanted {
  readonly series: readonly Series[]
  /** One resolved colour per series. */
  readonly colours: readonly string[]
  readonly size: { readonly width: number; readonly height: number }
  /** Resolved style of the chart's box: text colour for labels, border colour for the grid. */
  readonly style: CSSStyleDeclaration
  readonly onCursor: (index: number | undefined) => void
  readonly syncKey?: string
  readonly log: boolean
}

export function chartOptions({ series, colours, size, style, onCursor, syncKey, log }: Wanted): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: style.color,
    font: `12px ${style.fontFamily}`,
    grid: { stroke: style.borderTopColor, width: 1 },
    ticks: { show: false },
  }
  return {
    ...size,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, ...(syncKey !== undefined && { sync: { key: syncKey } }), points: { size: 7 } },
    scales: { x: { time: false }, ...(log && { y: { distr: 3 } }) },
    axes: [
      {
        ...axis,
        size: 26,
        gap: 4,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6],
        values: (_, ticks) => ticks.map(formatCount),
      },
      { ...axis, size: 52, gap: 6, values: (_, ticks: (number | null)[]) => ticks.map((t) => (t === null ? '' : formatSmall(t))) },
    ],
    series: [
      {},
      ...series.map(({ label, width, dots = false, dash }, i): uPlot.Series => ({
        label,
        width,
        stroke: colours[i] ?? style.color,
        ...(dash && { dash: [...dash] }),
        spanGaps: true,
        points: { show: dots, size: 6, fill: colours[i] ?? style.color },
      })),
    ],
    hooks: { setCursor: [(plot) => onCursor(plot.cursor.idx ?? undefined)] },
  }
}
