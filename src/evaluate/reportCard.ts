// The report card from what was answered and from the losses of rows, before and after. Pure: the same run gives the same card.
import type { Answer, Metric } from '../protocol/event.ts'
import { lowerIsBetter, type Difference, type Measure, type MeasureId, type Report } from '../protocol/report.ts'
import { bleu } from './bleu.ts'
import { chrF } from './chrF.ts'
import { confusionOf } from './confusion.ts'
import { sumStats, type CorpusMetric } from './corpusMetric.ts'
import { normalise } from './exactMatch.ts'
import { bitsPerByte, perplexity, type RowLoss } from './lossMetrics.ts'
import { macroF1 } from './macroF1.ts'
import { mcNemar } from './mcNemar.ts'
import { pairedBootstrap } from './pairedBootstrap.ts'
import { taggedF1 } from './taggedF1.ts'
import { wilson } from './wilson.ts'

/** Below this a paired bootstrap finds certainty where there is none. */
const LEAST_ROWS = 8
const LEVEL = 0.05
/** More classes than these make no table that can be read. */
const MOST_CLASSES = 20
const LONGEST_LABEL = 40
/** Words of the middle expected answer from which on it is a text, and not a name. */
const TEXT_WORDS = 4

export interface Pair<T> {
  readonly before?: T
  readonly after?: T
}

export interface CardInput {
  readonly metric: Metric
  /** Answers are tagged texts, judged word by word. */
  readonly unit?: 'word'
  /** Answers to the same questions in the same order. */
  readonly answers: Pair<readonly Answer[]>
  /** The same rows in the same order. */
  readonly validation?: Pair<readonly RowLoss[]>
  readonly general?: Pair<readonly RowLoss[]>
  readonly seed: number
}

export function reportCard({ metric, unit, answers, validation, general, seed }: CardInput): Report {
  const asked = alike(answers)
  const expected = (asked.after ?? asked.before ?? []).map((a) => normalise(a.expected))
  const labels = unit === 'word' || expected.length === 0 ? undefined : labelsOf(expected, metric === 'accuracy')
  const scored = (id: MeasureId, scores: CorpusMetric): Measure =>
    compared({ id, on: 'test', unit: unit === 'word' ? 'text' : 'answer' }, mapped(asked, (list) => list.map((a, i) => scores.stats(normalise(a.answer), expected[i]))), scores.score, seed)
  const isText = metric === 'exact_match' && !labels && middle(expected.map((e) => e.split(' ').length)) >= TEXT_WORDS
  const measures = [
    // Where every word has a label, their F1 is the share of words that are right.
    ...(expected.length === 0 ? [] : unit === 'word' || metric === 'f1' ? [scored(metric, taggedF1)] : [counted(metric, asked)]),
    ...(labels ? [scored('macro_f1', macroF1(labels))] : []),
    ...(isText ? [scored('chrf', chrF), scored('bleu', bleu)] : []),
    ...losses(validation, 'validation', seed),
    ...losses(general, 'general', seed),
  ]
  const tables = labels && mapped(asked, (list) => confusionOf(labels, expected, list.map((a) => normalise(a.answer))))
  return { measures, ...(labels && tables && { classes: { labels, ...tables } }) }
}

/** Answers are compared only where both models were asked everything. */
function alike({ before, after }: CardInput['answers']): CardInput['answers'] {
  const whole = before && after && before.length === after.length && before.every((a, i) => a.expected === after[i].expected && a.prompt === after[i].prompt)
  return whole || !before || !after ? { ...(before && { before }), ...(after && { after }) } : { after }
}

/** Classes in the order of their frequency, where the expected answers are few different short ones. */
function labelsOf(expected: readonly string[], sorted: boolean): string[] | undefined {
  const counts = new Map<string, number>()
  for (const label of expected) counts.set(label, (counts.get(label) ?? 0) + 1)
  const few = counts.size >= 2 && counts.size <= MOST_CLASSES && [...counts.keys()].every((l) => l.length <= LONGEST_LABEL && l !== '')
  if (!few || (!sorted && expected.length < 3 * counts.size)) return undefined
  return [...counts.keys()].toSorted((a, b) => counts.get(b)! - counts.get(a)! || (a < b ? -1 : 1))
}

/** Right or wrong, answer by answer. */
function counted(id: 'accuracy' | 'exact_match', { before, after }: CardInput['answers']): Measure {
  const side = (list: readonly Answer[] | undefined) => {
    if (!list) return undefined
    const right = list.filter((a) => a.correct).length
    const { low, high } = wilson(right, list.length)
    return { value: (100 * right) / list.length, interval: { low: 100 * low, high: 100 * high } }
  }
  const difference = (): Difference | undefined => {
    if (!before || !after) return undefined
    const gained = after.filter((a, i) => a.correct && !before[i].correct).length
    const lost = before.filter((a, i) => a.correct && !after[i].correct).length
    const p = mcNemar(gained, lost)
    return { test: 'mcnemar', p, verdict: p < LEVEL ? (gained > lost ? 'better' : 'worse') : 'unclear' }
  }
  const [was, is, differs] = [side(before), side(after), difference()]
  return { id, on: 'test', count: (after ?? before)!.length, unit: 'answer', ...(was && { before: was }), ...(is && { after: is }), ...(differs && { difference: differs }) }
}

function losses(rows: Pair<readonly RowLoss[]> | undefined, on: 'validation' | 'general', seed: number): Measure[] {
  if ((rows?.after ?? rows?.before ?? []).length === 0) return []
  const unit = on === 'general' ? 'passage' : 'row'
  return [compared({ id: 'perplexity', on, unit }, rows!, perplexity, seed), compared({ id: 'bits_per_byte', on, unit }, rows!, bitsPerByte, seed)]
}

/** A metric over rows whose numbers add up. */
function compared(what: Pick<Measure, 'id' | 'on' | 'unit'>, { before, after }: Pair<readonly (readonly number[])[]>, score: (sums: readonly number[]) => number, seed: number): Measure {
  const [was, is] = [before && score(sumStats(before)), after && score(sumStats(after))]
  const rows = (after ?? before)!
  const drawn = rows.length >= LEAST_ROWS ? pairedBootstrap(before ?? rows, after ?? rows, score, seed) : undefined
  const difference = (): Difference | undefined => {
    if (!drawn || was === undefined || is === undefined) return undefined
    const better = lowerIsBetter(what.id) ? is < was : is > was
    return { test: 'bootstrap', p: drawn.p, interval: drawn.difference, verdict: drawn.p < LEVEL ? (better ? 'better' : 'worse') : 'unclear' }
  }
  const differs = difference()
  return {
    ...what,
    count: rows.length,
    ...(was !== undefined && { before: { value: was, ...(drawn && { interval: drawn.before }) } }),
    ...(is !== undefined && { after: { value: is, ...(drawn && { interval: drawn.after }) } }),
    ...(differs && { difference: differs }),
  }
}

const mapped = <T, U>({ before, after }: Pair<T>, of: (side: T) => U): Pair<U> => ({ ...(before !== undefined && { before: of(before) }), ...(after !== undefined && { after: of(after) }) })

const middle = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
