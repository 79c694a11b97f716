// The report card: base and tuned model on the same rows, with intervals, and in words whether the difference is more than chance.
import { useApp } from '../AppContext.ts'
import { changeNumber, countOf, measureNumber, MEASURE_WORDS, PLACE_WORDS, verdicts, verdictText, VERDICT_MARKS } from '../reportWords.ts'
import { MEASURE_NAMES, type Measure, type Measured, type MeasuredOn } from '../../protocol/report.ts'
import { BestNote } from './BestNote.tsx'
import { ClassTables } from './ClassTables.tsx'
import './ReportCard.css'

const PLACES: readonly MeasuredOn[] = ['test', 'validation', 'general']

export function ReportCard() {
  const report = useApp((s) => s.run.report)
  if (!report) return null
  const places = PLACES.map((on) => ({ on, measures: report.measures.filter((m) => m.on === on) })).filter(({ measures }) => measures.length > 0)
  return (
    <div className="report stack">
      <h3>Report card</h3>
      <ul className="report-verdicts">
        {verdicts(report).map(({ tone, text }) => (
          <li key={text} data-tone={tone}>
            <span className="report-mark" aria-hidden="true">
              {VERDICT_MARKS[tone]}
            </span>
            {text}
          </li>
        ))}
      </ul>
      <BestNote />
      <div className="scroll" tabIndex={0} role="region" aria-label="Report card, all measures">
        <table className="report-table">
          <caption className="unseen">Base and tuned model on the same rows, with 95 % intervals</caption>
          <thead>
            <tr>
              <th scope="col">Measure</th>
              <th scope="col" className="number">
                Base
              </th>
              <th scope="col" className="number">
                Tuned
              </th>
              <th scope="col" className="number">
                Change
              </th>
              <th scope="col">More than chance?</th>
            </tr>
          </thead>
          {places.map(({ on, measures }) => (
            <tbody key={on}>
              <tr>
                <th scope="rowgroup" colSpan={5} className="report-place">
                  {countOf(measures[0])}
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
  const { unit } = MEASURE_WORDS[id]
  const verdict = verdictText(measure)
  const tone = difference?.verdict ?? 'unclear'
  return (
    <tr>
      <th scope="row">
        {MEASURE_NAMES[id]} <span className="report-unit">{unit}</span>
      </th>
      <Side id={id} side={before} />
      <Side id={id} side={after} />
      <td className="number">{changeNumber(measure) ?? '–'}</td>
      <td>
        {verdict !== undefined ? (
          <span className="report-verdict" data-tone={tone}>
            <span className="report-mark" aria-hidden="true">
              {VERDICT_MARKS[tone]}
            </span>
            {verdict}
          </span>
        ) : (
          <span className="soft">{before && after ? 'too few rows to tell' : 'nothing to compare with'}</span>
        )}
      </td>
    </tr>
  )
}

function Side({ id, side }: { id: Measure['id']; side: Measured | undefined }) {
  if (!side) return <td className="number soft">–</td>
  const { value, interval } = side
  return (
    <td className="number">
      {measureNumber(id, value)}
      {interval && (
        <span className="report-interval">
          <span className="unseen">, 95 % interval </span>
          {measureNumber(id, interval.low)} to {measureNumber(id, interval.high)}
        </span>
      )}
    </td>
  )
}

/** What the words mean: only those that are on the card. */
function HowToRead({ measures }: { measures: readonly Measure[] }) {
  const ids = [...new Set(measures.map((m) => m.id))]
  const places = [...new Set(measures.map((m) => m.on))]
  return (
    <details>
      <summary>How to read it</summary>
      <dl className="report-help small">
        {ids.map((id) => (
          <div key={id}>
            <dt>{MEASURE_NAMES[id]}</dt>
            <dd>{MEASURE_WORDS[id].help}</dd>
          </div>
        ))}
        {places.map((on) => (
          <div key={on}>
            <dt>{PLACE_WORDS[on].name}</dt>
            <dd>{PLACE_WORDS[on].help}</dd>
          </div>
        ))}
        <div>
          <dt>95 % interval</dt>
          <dd>
            Small print under each number: with other rows of the same kind it would most likely fall in there. Of shares of right
            answers it is Wilson’s, of everything else a bootstrap’s.
          </dd>
        </div>
        <div>
          <dt>p, more than chance</dt>
          <dd>
            How often a difference this large would come from luck alone, if the models were equally good: McNemar’s exact test where
            answers are right or wrong, else a paired bootstrap of 1,000 draws with the run’s seed. Below 0.05 it counts as more than
            chance; of twenty such verdicts on equal models, one is wrong.
          </dd>
        </div>
      </dl>
    </details>
  )
}
