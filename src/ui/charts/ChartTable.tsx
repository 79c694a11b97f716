// The chart's twin in text: the same numbers at even distances, made only while it is open.
import { useState } from 'react'
import { formatCount } from '../format.ts'
import type { ChartData, Series } from './series.ts'
import { say } from '../words/language.ts'

const MOST_ROWS = 40

interface Props {
  title: string
  series: readonly Series[]
  data: ChartData
  format: (value: number) => string
}

export function ChartTable({ title, series, data, format }: Props) {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <details onToggle={(e) => setIsOpen(e.currentTarget.open)}>
      <summary>
        {say().charts.asTable}<span className="unseen">: {title}</span>
      </summary>
      {isOpen && (
        <div className="chart-table" tabIndex={0} role="region" aria-label={say().charts.table(title)}>
          <table>
            <caption className="unseen">{title}</caption>
            <thead>
              <tr>
                <th scope="col" className="number">{say().charts.step}</th>
                {series.map(({ label }) => (
                  <th key={label} scope="col" className="number">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shownRows(data).map((row) => (
                <tr key={row}>
                  <th scope="row" className="number">
                    {formatCount(data[0][row] ?? 0)}
                  </th>
                  {series.map(({ label }, i) => {
                    const value = data[i + 1]?.[row]
                    return (
                      <td key={label} className="number">
                        {value === null || value === undefined ? '' : format(value)}
                      </td>
                    )
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  )
}

/** Rows at even distances, first and last included, and every row that a sparse series has. */
function shownRows(data: ChartData): readonly number[] {
  const count = data[0].length
  const every = Math.max(1, Math.ceil(count / MOST_ROWS))
  const rows = Array.from({ length: count }, (_, i) => i)
  const sparse = data.filter((values): values is (number | null)[] => Array.isArray(values))
  return rows.filter(
    (i) => i % every === 0 || i === count - 1 || (count <= 4 * MOST_ROWS && sparse.some((values) => values[i] !== null)),
  )
}
