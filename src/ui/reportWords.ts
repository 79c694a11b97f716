// The report card in words of the language that is spoken: what is measured, in which unit, and whether a difference is more than chance.
import { isSame, type Difference, type Measure, type MeasureId, type Report } from '../protocol/report.ts'
import { formatCount, formatCounted, withDecimals } from './format.ts'
import type { Words } from './words/en.ts'

export type JudgeWords = Words['judge']

const UNITS: Readonly<Record<MeasureId, 'percent' | keyof JudgeWords['units']>> = {
  accuracy: 'percent',
  exact_match: 'percent',
  f1: 'percent',
  macro_f1: 'percent',
  chrf: 'of100',
  bleu: 'of100',
  perplexity: 'tokens',
  bits_per_byte: 'bits',
}
const isPercent = (id: MeasureId): boolean => UNITS[id] === 'percent'

export function unitOf(id: MeasureId, words: JudgeWords): string {
  const unit = UNITS[id]
  return unit === 'percent' ? '%' : words.units[unit]
}

export const VERDICT_MARKS = { better: '▲', worse: '▼', unclear: '≈' } as const

/** "32 test answers". */
export const countOf = ({ count, unit }: Measure, words: JudgeWords): string => formatCounted(count, words.counts[unit])

const digits = new Intl.NumberFormat('en', { minimumSignificantDigits: 3, maximumSignificantDigits: 3 })

/** Without its unit, which stands with the measure's name. */
export function measureNumber(id: MeasureId, value: number, words: JudgeWords): string {
  if (!Number.isFinite(value)) return words.card.notFinite
  if (id === 'perplexity' || id === 'bits_per_byte') return Math.abs(value) < 100 ? withDecimals(digits.format(value)) : formatCount(value)
  if (value === 0 || value === 100) return String(value)
  return withDecimals((Math.round(value * 10) / 10).toFixed(Math.abs(value) < 10 || !isPercent(id) ? 1 : 0))
}

/** In a sentence: "22 %", "1.61". Spaces within a number and its unit do not break. */
const told = (id: MeasureId, value: number, words: JudgeWords): string => `${measureNumber(id, value, words)}${isPercent(id) ? '\u00a0%' : ''}`

const chanceText = ({ p }: Difference): string => withDecimals(p < 0.001 ? 'p\u00a0<\u00a00.001' : `p\u00a0=\u00a0${p.toFixed(p < 0.1 ? 3 : 2)}`)

/** "better, p = 0.016". */
export function verdictText(measure: Measure, words: JudgeWords): string | undefined {
  const { difference } = measure
  if (isSame(measure)) return words.card.same
  return difference && `${words.verdicts[difference.verdict]}, ${chanceText(difference)}`
}

/** After less before, with its sign. */
export function changeNumber({ id, before, after }: Measure, words: JudgeWords): string | undefined {
  if (!before || !after) return undefined
  const change = after.value - before.value
  const text = measureNumber(id, Math.abs(change), words)
  return !/[1-9]/.test(text) ? '±0' : `${change > 0 ? '+' : '−'}${text}`
}

export interface Verdict {
  readonly tone: Difference['verdict']
  readonly text: string
}

/** What a person should take from the card, in a sentence or three. */
export function verdicts({ measures }: Report, words: JudgeWords): readonly Verdict[] {
  const test = measures.filter((m) => m.on === 'test')
  const [main = measures.find((m) => m.id === 'perplexity' && m.on === 'validation')] = test
  const found: Verdict[] = []
  if (main?.difference) found.push(mainVerdict(main, main.difference, words))
  const clearer = main?.difference?.verdict === 'unclear' ? test.find((m) => m !== main && m.difference && m.difference.verdict !== 'unclear') : undefined
  if (clearer?.difference) found.push(mainVerdict(clearer, clearer.difference, words))
  const general = measures.find((m) => m.id === 'bits_per_byte' && m.on === 'general')
  if (general?.difference) found.push(forgetting(general, general.difference, words))
  return found
}

function mainVerdict(measure: Measure, difference: Difference, words: JudgeWords): Verdict {
  const { id, before, after } = measure
  const [was, is] = [told(id, before!.value, words), told(id, after!.value, words)]
  const [said, rows, tone] = [words.measures[id].said, countOf(measure, words), difference.verdict]
  return { tone, text: tone === 'unclear' && was === is ? words.told.same(said, rows, is) : words.told[tone](said, rows, was, is, chanceText(difference)) }
}

/** Relative growth of bits per byte up to which it is called so. */
const AMOUNTS: readonly (readonly [number, keyof JudgeWords['told']['amounts']])[] = [[0.02, 'least'], [0.1, 'little'], [0.3, 'some'], [Number.POSITIVE_INFINITY, 'much']]

function forgetting(measure: Measure, difference: Difference, words: JudgeWords): Verdict {
  const { before, after } = measure
  const change = after!.value / before!.value - 1
  const [tone, p] = [difference.verdict, chanceText(difference)]
  const percent = `${withDecimals((100 * Math.abs(change)).toFixed(1))}\u00a0%`
  if (tone === 'better') return { tone, text: words.told.kept(percent, p) }
  if (tone === 'worse') return { tone, text: words.told.forgot(words.told.amounts[AMOUNTS.find(([most]) => change <= most)![1]], percent, p) }
  return { tone, text: words.told.noForgetting(countOf(measure, words), told('bits_per_byte', before!.value, words), told('bits_per_byte', after!.value, words), p) }
}
