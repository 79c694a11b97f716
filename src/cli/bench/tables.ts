// Findings as rows of text cells: what the terminal shows and the README keeps.
import type { Ceiling } from './ceiling.ts'
import type { MatmulRow } from './measureMatmul.ts'
import type { StepResult } from './measureStep.ts'
import type { Spread } from './spread.ts'

export interface Table {
  readonly title: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** Three digits, as many as repeated timings agree on. */
export function short(x: number): string {
  if (!Number.isFinite(x)) return '–'
  if (x === 0) return '0'
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(x))))
  return x.toFixed(Math.min(digits, 4)).replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',')
}

export const range = ({ median, min, max }: Spread, show = short): string => `${show(median)} (${show(min)}–${show(max)})`
export const mib = (bytes: number): string => `${short(bytes / 2 ** 20)} MiB`
export const times = (a: number, b: number): string => `${short(a / b)}×`

export function ceilingTable({ fma, fmaWay, copy }: Ceiling): Table {
  return {
    title: 'Ceilings, measured in this run',
    head: ['', 'median (min–max)'],
    rows: [
      [`multiply-adds in registers, ${fmaWay}, GFLOP/s`, range(fma)],
      ['copy in a shader, GB/s read and written', range(copy)],
    ],
  }
}

export function matmulTable(rows: readonly MatmulRow[], ceiling: Ceiling | undefined): Table {
  const names = [...new Set(rows.flatMap((r) => r.arms.map((a) => a.name)))]
  return {
    title: 'Products [M×K]·[K×N] in f32, GFLOP/s',
    head: ['product', ...names, ...(ceiling ? ['ours of ceiling'] : [])],
    rows: rows.map((r) => [
      `${r.of} ${r.M}×${r.K}·${r.K}×${r.N}`,
      ...names.map((name) => {
        const arm = r.arms.find((a) => a.name === name)
        return arm ? range(arm.gflops) : '–'
      }),
      ...(ceiling ? [`${short((100 * r.arms[0].gflops.median) / ceiling.fma.median)} %`] : []),
    ]),
  }
}

export function stepTable({ preset, says, batch, length, arms }: StepResult): Table {
  const each = (label: string, cell: (arm: StepResult['arms'][number]) => string): string[] => [label, ...arms.map(cell)]
  return {
    title: `A LoRA step of ${preset}, ${batch} × ${length} tokens: ${says}`,
    head: ['', ...arms.map((a) => a.name)],
    rows: [
      each('tokens/s', (a) => range(a.tokensPerSecond)),
      each('ms a step', (a) => range(a.timing.wall)),
      ...(arms[0].timing.cpu ? [each('processor ms a step', (a) => range(a.timing.cpu!))] : []),
      each('first step, s', (a) => short(a.firstMs / 1000)),
      each('dispatches', (a) => short(a.dispatches)),
      each('submits', (a) => short(a.submits)),
      each('most GPU bytes', (a) => mib(a.peakBytes)),
      each('made after step 5: buffers, bind groups, pipelines', (a) => `${a.created.buffers}, ${a.created.bindGroups}, ${a.created.pipelines}`),
      each('JavaScript, ms for 1,000 dispatches', (a) => (a.hostMsPer1000 ? range(a.hostMsPer1000) : '–')),
      each('matrix products, GFLOP/s', (a) => (a.gflops ? range(a.gflops) : '–')),
      each('losses of steps 1–5', (a) => a.losses.map((x) => x.toFixed(4)).join(', ')),
    ],
  }
}

/** The first column flush left, the others right, for a terminal. */
export function plainText({ title, head, rows }: Table): string {
  const widths = head.map((h, i) => Math.max(h.length, ...rows.map((r) => r[i].length)))
  const line = (row: readonly string[]): string => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ')
  return [title, line(head), ...rows.map(line)].join('\n')
}

export function markdown({ title, head, rows }: Table): string {
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`
  return [`${title}:`, '', line(head), line(head.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n')
}
