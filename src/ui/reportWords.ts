// The report card in words: what is measured, in which unit, and whether a difference is more than chance.
import { isSame, type Difference, type Measure, type MeasuredOn, type MeasureId, type Report } from '../protocol/report.ts'
import { formatOf } from './format.ts'

interface MeasureWords {
  /** In the middle of a sentence. */
  readonly said: string
  readonly unit: string
  readonly help: string
}

export const MEASURE_WORDS: Readonly<Record<MeasureId, MeasureWords>> = {
  accuracy: { said: 'accuracy', unit: '%', help: 'Share of answers that name the right class.' },
  exact_match: { said: 'exact match', unit: '%', help: 'Share of answers that are the expected text, spaces aside.' },
  f1: { said: 'entity F1', unit: '%', help: 'Labelled stretches found whole and with the right label: precision and recall in one number.' },
  macro_f1: { said: 'macro F1', unit: '%', help: 'F1 of each class, averaged so that a rare class counts as much as a frequent one.' },
  chrf: { said: 'chrF', unit: 'of 100', help: 'How many runs of 1 to 6 characters answer and expected text share (chrF2 of sacreBLEU). It sees near misses that exact match does not.' },
  bleu: { said: 'BLEU', unit: 'of 100', help: 'How many runs of 1 to 4 words they share (sacreBLEU, 13a, exp).' },
  perplexity: { said: 'perplexity', unit: 'tokens', help: 'Between how many equally likely tokens the model wavers, on average, at each next one; 1 is certainty. Fewer is better.' },
  bits_per_byte: { said: 'bits per byte', unit: 'bits', help: 'What the model needs to write down a byte of the text. Unlike perplexity it compares models whose tokens differ. Fewer is better.' },
}

export const PLACE_WORDS: Readonly<Record<MeasuredOn, { readonly name: string; readonly help: string }>> = {
  test: { name: 'Test rows', help: 'Answered greedily before the first step and at the end. Before it the method is attached already, which with most methods changes nothing.' },
  validation: { name: 'Held-out rows', help: 'Kept out of training; read, not answered.' },
  general: { name: 'General text', help: 'Short English passages of many kinds, written for the studio and part of no dataset: what gets worse here was forgotten.' },
}

export const VERDICT_MARKS = { better: '▲', worse: '▼', unclear: '≈' } as const
const VERDICTS = { better: 'better', worse: 'worse', unclear: 'may be chance' } as const

const UNITS: Readonly<Record<Measure['unit'], readonly [string, string]>> = { answer: ['test answer', 'test answers'], text: ['test text', 'test texts'], row: ['held-out row', 'held-out rows'], passage: ['passage of general text', 'passages of general text'] }

/** "32 test answers". */
export const countOf = ({ count, unit }: Measure): string => formatOf(count, ...UNITS[unit])

const digits = new Intl.NumberFormat('en', { minimumSignificantDigits: 3, maximumSignificantDigits: 3 })
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** Without its unit, which stands with the measure's name. */
export function measureNumber(id: MeasureId, value: number): string {
  if (!Number.isFinite(value)) return 'not finite'
  if (id === 'perplexity' || id === 'bits_per_byte') return Math.abs(value) < 100 ? digits.format(value) : whole.format(value)
  if (value === 0 || value === 100) return String(value)
  return (Math.round(value * 10) / 10).toFixed(Math.abs(value) < 10 || MEASURE_WORDS[id].unit !== '%' ? 1 : 0)
}

/** In a sentence: "22 %", "1.61". */
const told = (id: MeasureId, value: number): string => `${measureNumber(id, value)}${MEASURE_WORDS[id].unit === '%' ? '\u00a0%' : ''}`

export const chanceText = ({ p }: Difference): string => (p < 0.001 ? 'p\u00a0<\u00a00.001' : `p\u00a0=\u00a0${p.toFixed(p < 0.1 ? 3 : 2)}`)

/** "better, p = 0.016". Spaces within a number and its unit do not break. */
export function verdictText(measure: Measure): string | undefined {
  const { difference } = measure
  if (isSame(measure)) return 'no difference'
  return difference && `${VERDICTS[difference.verdict]}, ${chanceText(difference)}`
}

/** After less before, with its sign. */
export function changeNumber({ id, before, after }: Measure): string | undefined {
  if (!before || !after) return undefined
  const change = after.value - before.value
  const text = measureNumber(id, Math.abs(change))
  return Number(text) === 0 ? '±0' : `${change > 0 ? '+' : '−'}${text}`
}

export interface Verdict {
  readonly tone: Difference['verdict']
  readonly text: string
}

/** What a person should take from the card, in a sentence or three. */
export function verdicts({ measures }: Report): readonly Verdict[] {
  const test = measures.filter((m) => m.on === 'test')
  const [main = measures.find((m) => m.id === 'perplexity' && m.on === 'validation')] = test
  const told: Verdict[] = []
  if (main?.difference) told.push(mainVerdict(main, main.difference))
  const clearer = main?.difference?.verdict === 'unclear' ? test.find((m) => m !== main && m.difference && m.difference.verdict !== 'unclear') : undefined
  if (clearer?.difference) told.push(mainVerdict(clearer, clearer.difference))
  const general = measures.find((m) => m.id === 'bits_per_byte' && m.on === 'general')
  if (general?.difference) told.push(forgetting(general, general.difference))
  return told
}

function mainVerdict(measure: Measure, difference: Difference): Verdict {
  const { id, before, after } = measure
  const [was, is] = [told(id, before!.value), told(id, after!.value)]
  const on = `${MEASURE_WORDS[id].said} on ${countOf(measure)}`
  const tone = difference.verdict
  if (tone !== 'unclear') return { tone, text: `${tone === 'better' ? 'Better' : 'Worse'} beyond chance: ${on} went from ${was} to ${is} (${chanceText(difference)}).` }
  if (was === is) return { tone, text: `No difference in ${on}: ${is} before and after.` }
  return { tone, text: `The difference may be chance: ${on} went from ${was} to ${is} (${chanceText(difference)}). More test rows would tell.` }
}

/** Relative growth of bits per byte up to which it is called so. */
const AMOUNTS: readonly (readonly [number, string])[] = [[0.02, 'very little'], [0.1, 'a little'], [0.3, 'some'], [Number.POSITIVE_INFINITY, 'much']]

function forgetting(measure: Measure, difference: Difference): Verdict {
  const { before, after } = measure
  const change = after!.value / before!.value - 1
  const tone = difference.verdict
  const percent = `${(100 * Math.abs(change)).toFixed(1)}\u00a0%`
  if (tone === 'better') return { tone, text: `Nothing forgotten: general text takes ${percent} fewer bits per byte than before (${chanceText(difference)}).` }
  if (tone === 'worse') return { tone, text: `It forgot ${AMOUNTS.find(([most]) => change <= most)![1]}: general text takes ${percent} more bits per byte than before (${chanceText(difference)}).` }
  return { tone, text: `No forgetting that ${countOf(measure)} could show: bits per byte ${told('bits_per_byte', before!.value)} before, ${told('bits_per_byte', after!.value)} after (${chanceText(difference)}).` }
}
