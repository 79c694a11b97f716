// Every test row with both answers, those that are wrong now first. Long lists open in portions.
import { useMemo, useState } from 'react'
import { compareAnswers, type ComparedAnswer } from '../../store/runFigures.ts'
import type { Score } from '../../store/runState.ts'
import { formatOf } from '../format.ts'
import { TaggedText } from '../parts/TaggedText.tsx'
import './AnswerList.css'

const PORTION = 10

export function AnswerList({ before, after }: { before: Score | undefined; after: Score | undefined }) {
  const isOfWords = (after ?? before)?.unit === 'word'
  const rows = useMemo(() => compareAnswers(before, after), [before, after])
  const [shown, setShown] = useState(PORTION)
  const more = Math.min(PORTION * 5, rows.length - shown)
  return (
    <div className="stack">
      <div className="scroll" tabIndex={0} role="region" aria-label="Answers to the test rows">
        <table className="answers">
          <thead>
            <tr>
              <th scope="col">Prompt</th>
              <th scope="col">Expected</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((row, i) => (
              <tr key={i}>
                <td>{row.prompt}</td>
                <td>{isOfWords ? <TaggedText text={row.expected} /> : row.expected}</td>
                <Given answer={row.before} isOfWords={isOfWords} />
                <Given answer={row.after} isOfWords={isOfWords} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {more > 0 && (
        <div>
          <button type="button" onClick={() => setShown(shown + more)}>
            Show {formatOf(more, 'more row', 'more rows')} of {rows.length}
          </button>
        </div>
      )}
    </div>
  )
}

function Given({ answer, isOfWords }: { answer: ComparedAnswer['after']; isOfWords: boolean }) {
  if (!answer) return <td className="soft">–</td>
  return (
    <td className={answer.correct ? 'answer-right' : 'answer-wrong'}>
      <span className="answer-mark">{answer.correct ? '✓' : '✗'}</span>
      <span className="unseen">{answer.correct ? 'right: ' : 'wrong: '}</span>
      {answer.answer === '' ? <i className="soft">nothing</i> : isOfWords ? <TaggedText text={answer.answer} /> : answer.answer}
    </td>
  )
}
