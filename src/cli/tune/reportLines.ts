// A report card as lines for a terminal.
import type { Measure, Report } from '../../protocol/report.ts'

const NAMES: Readonly<Record<Measure['id'], string>> = {
  accuracy: 'accuracy',
  exact_match: 'exact match',
  f1: 'entity F1',
  macro_f1: 'macro F1',
  chrf: 'chrF',
  bleu: 'BLEU',
  perplexity: 'perplexity',
  bits_per_byte: 'bits per byte',
}
const PLACES = { test: 'test', validation: 'held-out', general: 'general text,' } as const
const VERDICTS = { better: 'better', worse: 'worse', unclear: 'may be chance' } as const

const number = (x: number): string => (Math.abs(x) < 100 ? x.toPrecision(4) : x.toFixed(1))

export function reportLines({ measures }: Report): string {
  return measures
    .map(({ id, on, count, unit, before, after, difference }) => {
      const sides = [before, after].map((side) => (side ? `${number(side.value)}${side.interval ? ` [${number(side.interval.low)}, ${number(side.interval.high)}]` : ''}` : 'not measured'))
      return `${NAMES[id]} on ${PLACES[on]} ${count} ${unit}${count === 1 ? '' : 's'}: ${sides.join(' → ')}${difference ? `, ${VERDICTS[difference.verdict]} (p = ${difference.p < 0.001 ? '< 0.001' : difference.p.toFixed(3)})` : ''}`.replace('p = <', 'p <')
    })
    .join('\n')
}
