// Rows that were left out, each with its line and the reason.
import type { RowProblem } from '../../protocol/studio.ts'
import { formatCount, formatOf } from '../format.ts'
import { say } from '../words/language.ts'
import { Told } from '../words/Told.tsx'
import './ProblemRows.css'

export function ProblemRows({ problems, count }: { problems: readonly RowProblem[]; count: number }) {
  return (
    <details className="problems">
      <summary>
        {say().rows.leftOut(formatOf(count, 'row'))}
        {count === 1 ? say().rows.why : say().rows.whichAndWhy}
      </summary>
      <ul className="stack">
        {problems.map((problem, i) => (
          <li key={i}>
            <strong>
              {say().rows.line(formatCount(problem.line))}
              {problem.field && `, ${problem.field}`}:
            </strong>{' '}
            <Told text={problem.reason} />
          </li>
        ))}
        {count > problems.length && <li className="soft">{say().rows.andMore(formatOf(count - problems.length, 'moreRow'))}</li>}
      </ul>
    </details>
  )
}
