// The score before and after, as numbers with a bar each.
import type { Score } from '../../store/runState.ts'
import { formatShare } from '../format.ts'
import { countText, entityText, scoreTitle, shareOf } from '../metricWords.ts'
import './ScoreBars.css'

export function ScoreBars({ before, after }: { before: Score | undefined; after: Score | undefined }) {
  const last = after ?? before
  const detail = last && entityText(last)
  return (
    <div className="scores">
      <h3>{scoreTitle(last)}</h3>
      <ScoreBar label="Before" score={before} />
      <ScoreBar label="After" score={after} />
      {detail !== undefined && (
        <p className="small soft">
          {after ? 'After' : 'Before'}: {detail}
        </p>
      )}
    </div>
  )
}

function ScoreBar({ label, score }: { label: string; score: Score | undefined }) {
  return (
    <div className="score">
      <span>{label}</span>
      <span className="score-track" aria-hidden="true">
        {score && score.total > 0 && <span style={{ width: `${100 * shareOf(score)}%` }} />}
      </span>
      <span className="score-number">
        {score ? (
          <>
            <strong>{formatShare(shareOf(score), 1)}</strong> {countText(score)}
          </>
        ) : (
          'not yet'
        )}
      </span>
    </div>
  )
}
