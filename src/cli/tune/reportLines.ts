// A report card as lines for a terminal.
import { isSame, MEASURE_NAMES, type Report } from '../../protocol/report.ts'

const PLACES = { test: 'test', validation: 'held-out', general: 'general text,' } as const
const VERDICTS = { better: 'better', worse: 'worse', unclear: 'may be chance' } as const

const number = (x: number): string => (Math.abs(x) < 100 ? x.toPrecision(4) : x.toFixed(1))

export function reportLines({ measures }: Report): string {
  return measures
    .map((measure) => {
      const { id, on, count, unit, before, after, difference } = measure
      const sides = [before, after].map((side) => (side ? `${number(side.value)}${side.interval ? ` [${number(side.interval.low)}, ${number(side.interval.high)}]` : ''}` : 'not measured'))
      const told = isSame(measure) ? ', no difference' : difference ? `, ${VERDICTS[difference.verdict]} (p ${difference.p < 0.001 ? '< 0.001' : `= ${difference.p.toFixed(3)}`})` : ''
      return `${MEASURE_NAMES[id]} on ${PLACES[on]} ${count} ${unit}${count === 1 ? '' : 's'}: ${sides.join(' → ')}${told}`
    })
    .join('\n')
}
