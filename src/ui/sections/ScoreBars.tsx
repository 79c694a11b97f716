// Exact match before and after, as numbers with a bar each.
import type { Score } from '../../store/runState.ts'
import { formatShare } from '../format.ts'
import './ScoreBars.css'

export function ScoreBars({ before, after }: { before: Score | undefined; after: Score | undefined }) {
  return (
    <div className="scores">
      <h3>Exact match on the test rows</h3>
      <ScoreBar label="Before" score={before} />
      <ScoreBar label="After" score={after} />
    </div>
  )
}

function ScoreBar({ label, score }: { label: string; score: Score | undefined }) {
  return (
    <div className="score">
      <span>{label}</span>
      <span className="score-track" aria-hidden="true">
        {score && score.total > 0 && <span style={{ width: `${(100 * score.correct) / score.total}%` }} />}
      </span>
      <span className="score-number">
        {score ? (
          <>
            <strong>{formatShare(score.correct, score.total)}</strong> {score.correct} of {score.total}
          </>
        ) : (
          'not yet'
        )}
      </span>
    </div>
  )
}
