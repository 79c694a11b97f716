// Rows that were left out, each with its line and the reason.
import type { RowProblem } from '../../protocol/studio.ts'
import { formatCount, formatOf } from '../format.ts'
import './ProblemRows.css'

export function ProblemRows({ problems, count }: { problems: readonly RowProblem[]; count: number }) {
  return (
    <details className="problems">
      <summary>
        {formatOf(count, 'row')} left out: see {count === 1 ? 'why' : 'which and why'}
      </summary>
      <ul className="stack">
        {problems.map((problem, i) => (
          <li key={i}>
            <strong>
              Line {formatCount(problem.line)}
              {problem.field && `, ${problem.field}`}:
            </strong>{' '}
            {problem.reason}
          </li>
        ))}
        {count > problems.length && <li className="soft">…and {formatOf(count - problems.length, 'more row', 'more rows')}.</li>}
      </ul>
    </details>
  )
}
