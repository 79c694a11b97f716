// The report card: base and tuned model on the same rows, with intervals, and in words whether the difference is more than chance.
import { useApp } from '../AppContext.ts'
import type { Measure, Measured, MeasuredOn } from '../../protocol/report.ts'
import { changeNumber, countOf, measureNumber, unitOf, verdicts, verdictText, VERDICT_MARKS } from '../reportWords.ts'
import { useWords } from '../words/language.ts'
import { BestNote } from './BestNote.tsx'
import { ClassTables } from './ClassTables.tsx'
import './ReportCard.css'

const PLACES: readonly MeasuredOn[] = ['test', 'validation', 'general']

export function ReportCard() {
  const report = useApp((s) => s.run.report)
  const words = useWords().judge
  if (!report) return null
  const places = PLACES.map((on) => ({ on, measures: report.measures.filter((m) => m.on === on) })).filter(({ measures }) => measures.length > 0)
  return (
    <div className="report stack">
      <h3>{words.card.title}</h3>
      <ul className="report-verdicts">
        {verdicts(report, words).map(({ tone, text }) => (
          <li key={text} data-tone={tone}>
            <span className="report-mark" aria-hidden="true">
              {VERDICT_MARKS[tone]}
            </span>
            {text}
          </li>
        ))}
      </ul>
      <BestNote />
      <div className="scroll" tabIndex={0} role="region" aria-label={words.card.all}>
        <table className="report-table">
          <caption className="unseen">{words.card.caption}</caption>
          <thead>
            <tr>
              <th scope="col">{words.card.measure}</th>
              <th scope="col" className="number">
                {words.card.base}
              </th>
              <th scope="col" className="number">
                {words.card.tuned}
              </th>
              <th scope="col" className="number">
                {words.card.change}
              </th>
              <th scope="col">{words.card.chance}</th>
            </tr>
          </thead>
          {places.map(({ on, measures }) => (
            <tbody key={on}>
              <tr>
                <th scope="rowgroup" colSpan={5} className="report-place">
                  {countOf(measures[0], words)}
                </th>
              </tr>
              {measures.map((measure) => (
                <MeasureRow key={measure.id} measure={measure} />
              ))}
            </tbody>
          ))}
        </table>
      </div>
      <HowToRead measures={report.measures} />
      {report.classes && <ClassTables classes={report.classes} />}
    </div>
  )
}

function MeasureRow({ measure }: { measure: Measure }) {
  const { id, before, after, difference } = measure
  const words = useWords().judge
  const verdict = verdictText(measure, words)
  const tone = difference?.verdict ?? 'unclear'
  return (
    <tr>
      <th scope="row">
        {words.measures[id].name} <span className="report-unit">{unitOf(id, words)}</span>
      </th>
      <Side id={id} side={before} />
      <Side id={id} side={after} />
      <td className="number">{changeNumber(measure, words) ?? '–'}</td>
      <td>
        {verdict !== undefined ? (
          <span className="report-verdict" data-tone={tone}>
            <span className="report-mark" aria-hidden="true">
              {VERDICT_MARKS[tone]}
            </span>
            {verdict}
          </span>
        ) : (
          <span className="soft">{before && after ? words.card.fewRows : words.card.alone}</span>
        )}
      </td>
    </tr>
  )
}

function Side({ id, side }: { id: Measure['id']; side: Measured | undefined }) {
  const words = useWords().judge
  if (!side) return <td className="number soft">–</td>
  const { value, interval } = side
  return (
    <td className="number">
      {measureNumber(id, value, words)}
      {interval && (
        <span className="report-interval">
          <span className="unseen">{words.card.interval}</span>
          {words.card.to(measureNumber(id, interval.low, words), measureNumber(id, interval.high, words))}
        </span>
      )}
    </td>
  )
}

/** What the words mean: only those that are on the card. */
function HowToRead({ measures }: { measures: readonly Measure[] }) {
  const words = useWords().judge
  const ids = [...new Set(measures.map((m) => m.id))]
  const places = [...new Set(measures.map((m) => m.on))]
  return (
    <details>
      <summary>{words.card.howTo}</summary>
      <dl className="report-help small">
        {ids.map((id) => (
          <div key={id}>
            <dt>{words.measures[id].name}</dt>
            <dd>{words.measures[id].help}</dd>
          </div>
        ))}
        {places.map((on) => (
          <div key={on}>
            <dt>{words.places[on].name}</dt>
            <dd>{words.places[on].help}</dd>
          </div>
        ))}
        <div>
          <dt>{words.card.intervalName}</dt>
          <dd>{words.card.intervalHelp}</dd>
        </div>
        <div>
          <dt>{words.card.pName}</dt>
          <dd>{words.card.pHelp}</dd>
        </div>
      </dl>
    </details>
  )
}
