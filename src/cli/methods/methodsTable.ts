// The table of methods as Markdown.
import type { Measured } from './measureMethod.ts'

const bytes = (n: number): string => (n < 2 ** 20 ? `${Math.ceil(n / 1024)} KiB` : `${(n / 2 ** 20).toFixed(1)} MiB`)
const share = (n: number): string => `${100 * n < 99.5 ? (100 * n).toPrecision(2) : Math.round(100 * n)} %`

export function methodsTable(rows: readonly Measured[], { steps, data }: { steps: number; data: string }): string {
  const heads = ['method', 'rate', 'trains', 'file', 'GPU memory', 's/step', 'held-out loss', 'falls by', 'exact match']
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const body = rows.map((m) => {
    if (m.status !== 'done') return line([m.label, '', '', '', '', '', m.reason, '', ''])
    return line([
      m.label,
      String(m.learningRate),
      share(m.trainable / m.total),
      bytes(m.fileBytes),
      bytes(m.gpuBytes),
      m.secondsPerStep.toFixed(2),
      `${m.before.toFixed(3)} → ${m.after.toFixed(3)}`,
      share(1 - m.after / m.before),
      `${m.exactBefore} → ${m.exactAfter} of ${m.questions}`,
    ])
  })
  return [`Sample \`${data}\`, ${steps} steps of 8 rows, default options and learning rate of each method:`, '', line(heads), line(heads.map((_, i) => (i === 0 ? '---' : '--:'))), ...body].join('\n')
}
