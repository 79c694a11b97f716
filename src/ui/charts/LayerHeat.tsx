// How large the gradient was in each layer as the run went: a row for every layer, the lowest at the bottom, the stronger the larger.
// The canvas takes its colours from the style sheet; the table has the same numbers.
import { useEffect, useRef, useState } from 'react'
import type { RunState } from '../../store/runState.ts'
import { formatCount, formatSmall } from '../format.ts'
import { useWords } from '../words/language.ts'
import { onColours } from '../useTheme.ts'
import { evenly, heatOf, levelName, type Heat } from './heat.ts'
import './LayerHeat.css'

const MOST_ROWS_LABELLED = 14
const TABLE_COLUMNS = 8

interface Props {
  layerNorms: NonNullable<RunState['layerNorms']>
}

export function LayerHeat({ layerNorms }: Props) {
  const { watch: w, charts: c } = useWords()
  const canvas = useRef<HTMLCanvasElement>(null)
  const [at, setAt] = useState<{ row: number; column: number }>()
  const [isOpen, setIsOpen] = useState(false)
  const heat = heatOf(layerNorms)
  const rowHeight = Math.max(4, Math.min(16, Math.round(220 / heat.levels.length)))
  const height = rowHeight * heat.levels.length

  useEffect(() => {
    const { current: element } = canvas
    if (!element) return
    const draw = (): void => paint(element, heatOf(layerNorms), height)
    draw()
    const resized = new ResizeObserver(draw)
    resized.observe(element)
    const stop = onColours(draw)
    return () => {
      resized.disconnect()
      stop()
    }
  }, [layerNorms, height])

  const every = Math.ceil(heat.levels.length / MOST_ROWS_LABELLED)
  const names = heat.levels.map((level) => levelName(level, layerNorms.layers))
  const shown = at && heat.columns[at.column]?.[at.row] !== undefined ? at : undefined
  return (
    <figure className="chart heat">
      <figcaption className="chart-caption">
        <h3>{w.byLayer}</h3>
        <span className="chart-legend soft">
          {shown
            ? c.heatAt(names[shown.row] ?? '', formatCount(heat.steps[shown.column] ?? 0), formatSmall(heat.columns[shown.column]?.[shown.row] ?? 0))
            : c.heatSpan(formatSmall(heat.least), formatSmall(heat.most))}
        </span>
      </figcaption>
      <div className="heat-body">
        <ol className="heat-names" aria-hidden="true">
          {names.map((name, i) => (
            <li key={name}>{(names.length - 1 - i) % every === 0 || i === 0 ? name : ''}</li>
          ))}
        </ol>
        <canvas
          ref={canvas}
          height={height}
          aria-hidden="true"
          onPointerLeave={() => setAt(undefined)}
          onPointerMove={(e) => {
            const box = e.currentTarget.getBoundingClientRect()
            const column = Math.floor(((e.clientX - box.left) / box.width) * heat.steps.length)
            setAt({ column, row: Math.floor(((e.clientY - box.top) / box.height) * heat.levels.length) })
          }}
        />
      </div>
      <details onToggle={(e) => setIsOpen(e.currentTarget.open)}>
        <summary>
          {c.asTable}
          <span className="unseen">{c.heatOf}</span>
        </summary>
        {isOpen && <HeatTable heat={heat} names={names} />}
      </details>
    </figure>
  )
}

function HeatTable({ heat, names }: { heat: Heat; names: readonly string[] }) {
  const w = useWords().charts
  const columns = evenly(heat.steps.length, TABLE_COLUMNS)
  return (
    <div className="chart-table" tabIndex={0} role="region" aria-label={w.heatTable}>
      <table>
        <caption className="unseen">{w.heatEvenly}</caption>
        <thead>
          <tr>
            <th scope="col">{w.layer}</th>
            {columns.map((c) => (
              <th key={c} scope="col" className="number">
                {w.step} {formatCount(heat.steps[c] ?? 0)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name, row) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {columns.map((c) => {
                const value = heat.columns[c]?.[row]
                return (
                  <td key={c} className="number">
                    {value === undefined ? '' : formatSmall(value)}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function paint(element: HTMLCanvasElement, heat: Heat, height: number): void {
  const context = element.getContext('2d')
  if (!context) return
  const scale = devicePixelRatio
  const width = Math.max(1, Math.round(element.clientWidth * scale))
  // Setting the size empties the canvas.
  element.width = width
  element.height = Math.round(height * scale)
  context.fillStyle = getComputedStyle(element).color
  const [columns, rows] = [heat.columns.length, heat.levels.length]
  const edge = (i: number, of: number, size: number): number => Math.round((i / of) * size)
  heat.columns.forEach((norms, c) => {
    const [left, right] = [edge(c, columns, width), edge(c + 1, columns, width)]
    norms.forEach((norm, r) => {
      if (norm === undefined) return
      context.globalAlpha = heat.strength(norm)
      const [top, bottom] = [edge(r, rows, element.height), edge(r + 1, rows, element.height)]
      context.fillRect(left, top, right - left, bottom - top)
    })
  })
}
