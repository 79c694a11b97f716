// The score before and after, as numbers with a bar each; once the report is there, with its intervals.
import type { Interval, Report } from '../../protocol/report.ts'
import type { Score } from '../../store/runState.ts'
import { formatShare } from '../format.ts'
import { countText, entityText, scoreTitle, shareOf } from '../metricWords.ts'
import { useWords } from '../words/language.ts'
import './ScoreBars.css'

export function ScoreBars({ before, after, report }: { before: Score | undefined; after: Score | undefined; report?: Report }) {
  const words = useWords().judge.answers
  const last = after ?? before
  // Of several tasks the score is another mean than the card's.
  const measure = last?.tasks ? undefined : report?.measures.find((m) => m.on === 'test' && m.id === last?.metric)
  const detail = last && entityText(last)
  return (
    <div className="scores">
      <h3>{scoreTitle(last)}</h3>
      <ScoreBar label={words.before} score={before} interval={measure?.before?.interval} />
      <ScoreBar label={words.after} score={after} interval={measure?.after?.interval} />
      {measure && <p className="small soft">{words.interval}</p>}
      {detail !== undefined && (
        <p className="small soft">
          {after ? words.after : words.before}: {detail}
        </p>
      )}
    </div>
  )
}

function ScoreBar({ label, score, interval }: { label: string; score: Score | undefined; interval: Interval | undefined }) {
  const words = useWords().judge.answers
  return (
    <div className="score">
      <span>{label}</span>
      <span className="score-track" aria-hidden="true">
        {score && score.total > 0 && <span className="score-bar" style={{ width: `${100 * shareOf(score)}%` }} />}
        {interval && <span className="score-interval" style={{ left: `${interval.low}%`, width: `${interval.high - interval.low}%` }} />}
      </span>
      <span className="score-number">
        {score ? (
          <>
            <strong>{formatShare(shareOf(score), 1)}</strong> {countText(score)}
          </>
        ) : (
          words.notYet
        )}
      </span>
    </div>
  )
}
