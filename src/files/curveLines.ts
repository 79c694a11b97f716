// The losses of a run for a card: one line of blocks and a short table, which any Markdown viewer shows without scripts or pictures.
import { table } from './cardText.ts'

export interface LossAt {
  /** 0 before the first update. */
  readonly step: number
  /** In nats per trained token. */
  readonly loss: number
}
export interface Curves {
  readonly training: readonly LossAt[]
  readonly validation: readonly LossAt[]
}

const BLOCKS = '▁▂▃▄▅▆▇█'
const MOST_BLOCKS = 40
const MOST_ROWS = 12

/** Lines of Markdown; none where the run reported nothing. */
export function curveLines({ training, validation }: Curves): string[] {
  if (training.length === 0) return []
  const blocks = spans(training, MOST_BLOCKS).map(mean)
  const lines = [`Training loss ${sparkline(blocks)} ${text(blocks[0])} → ${text(blocks.at(-1)!)}`]
  if (validation.length > 1) {
    const seen = spans(validation, MOST_BLOCKS).map((span) => span.at(-1)!.loss)
    lines.push('', `Validation loss ${sparkline(seen)} ${text(validation[0].loss)} → ${text(validation.at(-1)!.loss)}`)
  }
  const rows: string[][] = []
  const start = validation.find((v) => v.step === 0)
  if (start) rows.push(['0', '', text(start.loss)])
  let before = 0
  for (const span of spans(training, MOST_ROWS)) {
    const { step } = span.at(-1)!
    const from = before
    const held = validation.findLast((v) => v.step > from && v.step <= step)
    rows.push([String(step), text(mean(span)), held ? text(held.loss) : ''])
    before = step
  }
  return [...lines, '', ...table(['Up to step', 'Training loss, mean', 'Validation loss'], rows), '', 'In nats per trained token.']
}

/** Cut into at most so many parts of nearly one length, in order. */
function spans<T>(all: readonly T[], most: number): (readonly T[])[] {
  const count = Math.min(most, all.length)
  return Array.from({ length: count }, (_, i) => all.slice(Math.floor((i * all.length) / count), Math.floor(((i + 1) * all.length) / count)))
}

const mean = (span: readonly LossAt[]): number => span.reduce((n, { loss }) => n + loss, 0) / span.length
const text = (loss: number): string => loss.toFixed(4)

function sparkline(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  return values.map((v) => BLOCKS[high > low ? Math.round(((v - low) / (high - low)) * (BLOCKS.length - 1)) : 0]).join('')
}
