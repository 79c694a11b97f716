// The same prompts answered again and again while the model learns: a row for every time, a column for every prompt.
import type { RunState } from '../../store/runState.ts'
import { formatCount } from '../format.ts'
import { say, useWords } from '../words/language.ts'
import './SampleTimeline.css'

type Samples = NonNullable<RunState['samples']>

export function SampleTimeline({ samples }: { samples: Samples }) {
  const w = useWords().watch
  const prompts = samples.at(-1)?.answers ?? []
  const hasExpected = prompts.some((a) => a.expected !== '')
  return (
    <section className="stack timeline" aria-labelledby="timeline-title">
      <h3 id="timeline-title">{w.answers}</h3>
      <div className="scroll" tabIndex={0} role="region" aria-label={w.answersRegion}>
        <table>
          <thead>
            <tr>
              <th scope="col" className="number">
                {w.step}
              </th>
              {prompts.map(({ prompt }, i) => (
                <th key={i} scope="col">
                  {prompt.trim()}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {samples.map(({ step, answers }, row) => (
              <tr key={step}>
                <th scope="row" className="number">
                  {formatCount(step)}
                </th>
                {prompts.map((_, i) => (
                  <Answered key={i} answer={answers[i]} was={samples[row - 1]?.answers[i]?.answer} />
                ))}
              </tr>
            ))}
          </tbody>
          {hasExpected && (
            <tfoot>
              <tr>
                <th scope="row" className="number">
                  {w.expected}
                </th>
                {prompts.map(({ expected }, i) => (
                  <td key={i}>{expected.trim()}</td>
                ))}
              </tr>
            </tfoot>
          )}
        </table>
      </div>
    </section>
  )
}

function Answered({ answer, was }: { answer: Samples[number]['answers'][number] | undefined; was: string | undefined }) {
  const w = useWords().watch
  if (!answer) return <td className="soft">–</td>
  const text = answer.answer.trim()
  return (
    <td className={answer.answer === was ? 'soft' : undefined}>
      {answer.correct && (
        <span className="sample-right">
          ✓ <span className="unseen">{say().judge.answers.right}</span>
        </span>
      )}
      {text === '' ? <i className="soft">{w.nothing}</i> : text}
    </td>
  )
}
