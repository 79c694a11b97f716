// Every test row with both answers, those that are wrong now first. Long lists open in portions.
import { useMemo, useState } from 'react'
import { compareAnswers, type ComparedAnswer } from '../../store/runFigures.ts'
import type { Score } from '../../store/runState.ts'
import { formatCount, formatCounted } from '../format.ts'
import { TaggedText } from '../parts/TaggedText.tsx'
import { useWords } from '../words/language.ts'
import './AnswerList.css'

const PORTION = 10

export function AnswerList({ before, after }: { before: Score | undefined; after: Score | undefined }) {
  const isOfWords = (after ?? before)?.unit === 'word'
  const rows = useMemo(() => compareAnswers(before, after), [before, after])
  const words = useWords().judge.answers
  const [shown, setShown] = useState(PORTION)
  const more = Math.min(PORTION * 5, rows.length - shown)
  return (
    <div className="stack">
      <div className="scroll" tabIndex={0} role="region" aria-label={words.all}>
        <table className="answers">
          <thead>
            <tr>
              <th scope="col">{words.prompt}</th>
              <th scope="col">{words.expected}</th>
              <th scope="col">{words.before}</th>
              <th scope="col">{words.after}</th>
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
            {words.show(formatCounted(more, [words.row, words.rows]), formatCount(rows.length))}
          </button>
        </div>
      )}
    </div>
  )
}

function Given({ answer, isOfWords }: { answer: ComparedAnswer['after']; isOfWords: boolean }) {
  const words = useWords().judge.answers
  if (!answer) return <td className="soft">–</td>
  return (
    <td className={answer.correct ? 'answer-right' : 'answer-wrong'}>
      <span className="answer-mark">{answer.correct ? '✓' : '✗'}</span>
      <span className="unseen">{answer.correct ? words.right : words.wrong}</span>
      {answer.answer === '' ? <i className="soft">{words.nothing}</i> : isOfWords ? <TaggedText text={answer.answer} /> : answer.answer}
    </td>
  )
}
