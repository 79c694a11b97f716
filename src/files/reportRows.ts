// A report card as lines of a model card: what was measured on what, before and after, with intervals and the test's verdict.
import { isSame, MEASURE_NAMES, type Difference, type Measure, type MeasureId, type Measured, type Report } from '../protocol/report.ts'
import { table } from './cardText.ts'

const PLACES: Readonly<Record<Measure['on'], string>> = { test: 'test rows', validation: 'held-out rows', general: 'passages of general English' }
const VERDICTS: Readonly<Record<Difference['verdict'], string>> = { better: 'better', worse: 'worse', unclear: 'may be chance' }
const TESTS: Readonly<Record<Difference['test'], string>> = { mcnemar: 'McNemar', bootstrap: 'bootstrap' }
const PERCENT: ReadonlySet<MeasureId> = new Set(['accuracy', 'exact_match', 'f1', 'macro_f1'])

/** Lines of Markdown. */
export function reportRows({ measures }: Report): string[] {
  return [
    ...table(['', 'Base', 'Tuned', 'More than chance?'], measures.map((m) => [`${MEASURE_NAMES[m.id]}, ${m.count} ${PLACES[m.on]}`, side(m.id, m.before), side(m.id, m.after), isSame(m) ? 'no difference' : m.difference ? verdict(m.difference) : ''])),
    '',
    'In brackets 95 % intervals: Wilson’s for shares of right answers, a bootstrap’s for the rest. Less perplexity and fewer bits are better. General English is text that no dataset holds: what got worse there was forgotten.',
  ]
}

const verdict = ({ verdict: found, p, test }: Difference): string => `${VERDICTS[found]}, p ${p < 0.001 ? 'below 0.001' : `= ${p.toFixed(3)}`} (${TESTS[test]})`

function side(id: MeasureId, measured: Measured | undefined): string {
  if (!measured) return ''
  const { value, interval } = measured
  const unit = PERCENT.has(id) ? ' %' : ''
  return `${number(id, value)}${unit}${interval ? ` (${number(id, interval.low)} to ${number(id, interval.high)})` : ''}`
}

const number = (id: MeasureId, value: number): string => (PERCENT.has(id) || id === 'chrf' || id === 'bleu' || value >= 1000 ? value.toFixed(1) : value.toPrecision(4))
