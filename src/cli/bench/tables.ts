// Findings as rows of text cells: what the terminal shows and the README keeps.
import type { Ceiling } from './ceiling.ts'
import type { Timing } from './interleave.ts'
import { matmulFlops } from './matmulShapes.ts'
import type { GrowthPoint } from './measureGrowth.ts'
import type { MatmulRow } from './measureMatmul.ts'
import type { Overhead } from './measureOverhead.ts'
import type { StepArm, StepResult } from './measureStep.ts'
import type { RateArm, RateRow } from './rateRow.ts'
import type { Findings } from './report.ts'
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
  const digits = Math.max(0, Math.min(4, 2 - Math.floor(Math.log10(Math.abs(x)))))
  const [whole, rest] = x.toFixed(digits).split('.')
  return whole.replace(/\B(?=(\d{3})+$)/g, ',') + (rest === undefined ? '' : `.${rest}`)
}

export const range = ({ median, min, max }: Spread): string => `${short(median)} (${short(min)}–${short(max)})`
const mib = (bytes: number): string => `${short(bytes / 2 ** 20)} MiB`
const percent = (share: number): string => `${short(100 * share)} %`

/** Every table of a report, in the order of reading. */
export function tablesOf(found: Findings, cores: number): Table[] {
  return [
    ...(found.ceiling ? [ceilingTable(found.ceiling)] : []),
    ...found.steps.map((step) => stepTable(step, found.ceiling, cores)),
    ...(found.matmul ? [matmulTable(found.matmul, found.ceiling, cores)] : []),
    ...(found.attention ? [rateTable('Causal attention', found.attention, cores)] : []),
    ...(found.loss ? [rateTable('Head and loss, forward and backward', found.loss, cores)] : []),
    ...(found.overhead ? [overheadTable(found.overhead)] : []),
    ...(found.growth ? [growthTable(found.growth)] : []),
  ]
}

function ceilingTable({ fma, fmaWay, fmaPerCore, copy }: Ceiling): Table {
  return {
    title: 'Ceilings, measured in this run',
    head: ['', 'median (min–max)'],
    rows: [
      [`multiply-adds in registers, ${fmaWay}, GFLOP/s`, range(fma)],
      ...(fmaPerCore === undefined ? [] : [['the same for each second of one core', short(fmaPerCore)]]),
      ['copy in a shader, GB/s read and written', range(copy)],
    ],
  }
}

/** Rate on the clock; on a software adapter also the one that its processor time alone would allow. */
function rateCell(arm: RateArm | undefined, flops: number, cores: number): string {
  if (!arm) return '–'
  const { cpu } = arm.timing
  return range(arm.gflops) + (cpu ? ` · ${short((cores * flops) / cpu.median / 1e6)}` : '')
}

/** By processor time where there is one: what else runs on the machine then weighs on neither side. */
const ofCeiling = ({ gflops, timing: { cpu } }: Pick<RateArm, 'gflops' | 'timing'>, flops: number, { fma, fmaPerCore }: Ceiling): number =>
  cpu && fmaPerCore !== undefined ? flops / cpu.median / 1e6 / fmaPerCore : gflops.median / fma.median

const alone = (timings: readonly Timing[]): string => (timings.some((t) => t.cpu) ? '; after the dot: by processor time, as if nothing else ran' : '')

export function matmulTable(rows: readonly MatmulRow[], ceiling: Ceiling | undefined, cores: number): Table {
  const names = [...new Set(rows.flatMap((r) => r.arms.map((a) => a.name)))]
  return {
    title: `Products [M×K]·[K×N] in f32, GFLOP/s${alone(rows.flatMap((r) => r.arms.map((a) => a.timing)))}`,
    head: ['product', ...names, ...(ceiling ? ['ours of ceiling'] : [])],
    rows: rows.map((r) => [
      `${r.of} ${r.M}×${r.K}·${r.K}×${r.N}`,
      ...names.map((name) => rateCell(r.arms.find((a) => a.name === name), matmulFlops(r), cores)),
      ...(ceiling ? [percent(ofCeiling(r.arms[0], matmulFlops(r), ceiling))] : []),
    ]),
  }
}

function rateTable(what: string, rows: readonly RateRow[], cores: number): Table {
  const names = [...new Set(rows.flatMap((r) => r.arms.map((a) => a.name)))]
  return {
    title: `${what}, GFLOP/s${alone(rows.flatMap((r) => r.arms.map((a) => a.timing)))}`,
    head: ['', ...names],
    rows: rows.map((r) => [r.of, ...names.map((name) => rateCell(r.arms.find((a) => a.name === name), r.flops, cores))]),
  }
}

const known = (n: number | undefined): string => (n === undefined ? '–' : short(n))

function stepTable({ preset, says, batch, length, arms }: StepResult, ceiling: Ceiling | undefined, cores: number): Table {
  const each = (label: string, cell: (arm: StepArm) => string): string[] => [label, ...arms.map(cell)]
  const tokens = batch * length
  return {
    title: `A LoRA step of ${preset}, ${batch} × ${length} tokens: ${says}`,
    head: ['', ...arms.map((a) => a.name)],
    rows: [
      each('tokens/s', (a) => range(a.tokensPerSecond)),
      ...(arms[0].timing.cpu ? [each('tokens/s by processor time, as if nothing else ran', (a) => short((1000 * cores * tokens) / a.timing.cpu!.median))] : []),
      each('ms a step', (a) => range(a.timing.wall)),
      each('first step, s', (a) => short(a.firstMs / 1000)),
      ...(arms[0].firstCpuMs === undefined ? [] : [each('first step, s of processor time', (a) => (a.firstCpuMs === undefined ? '–' : short(a.firstCpuMs / 1000)))]),
      each('dispatches', (a) => known(a.dispatches)),
      each('submits', (a) => known(a.submits)),
      each('read-backs', (a) => known(a.readBacks)),
      each('most GPU bytes', (a) => (a.peakBytes === undefined ? '–' : mib(a.peakBytes))),
      each('planner’s bytes before', (a) => (a.predictedBytes === undefined ? '–' : `${mib(a.predictedBytes)}, ${percent(a.predictedBytes / a.peakBytes! - 1)} off`)),
      each('made after step 1: buffers, bind groups, pipelines', ({ created }) => (created ? `${created.buffers}, ${created.bindGroups}, ${created.pipelines}` : '–')),
      each('in a run: tokens/s; submits and read-backs a step', ({ run }) => (run ? `${short((1000 * tokens) / run.ms)}; ${short(run.submits)}, ${short(run.readBacks)}` : '–')),
      each('JavaScript, ms for 1,000 dispatches: whole steps; encoding alone', ({ hostMsPer1000: whole, encodingMsPer1000: alone }) => (whole ? range(whole) + (alone ? `; ${range(alone)}` : '') : '–')),
      each(`all matrix products, GFLOP/s${ceiling ? ', of ceiling' : ''}`, (a) => (a.gflops ? range(a.gflops) + (ceiling ? `, ${percent(ofCeiling({ gflops: a.gflops, timing: a.timing }, a.flops!, ceiling))}` : '') : '–')),
      each('losses of steps 1–5', (a) => a.losses.map((x) => x.toFixed(4)).join(', ')),
    ],
  }
}

function overheadTable(rows: readonly Overhead[]): Table {
  const shown = ({ wall, cpu }: Timing): string => range(wall) + (cpu ? ` · ${range(cpu)}` : '')
  return {
    title: `LoRA r = 16 on all seven projections over the frozen model’s forward and backward, ${rows[0].tokens} tokens${rows[0].lora.cpu ? '; after the dot: processor time' : ''}`,
    head: ['', 'frozen, one norm trains, ms', 'LoRA, ms', 'more', 'more operations'],
    rows: rows.map(({ layers, frozen, lora, share, arithmetic }) => [layers, shown(frozen), shown(lora), percent(share), percent(arithmetic)]),
  }
}

function growthTable(points: readonly GrowthPoint[]): Table {
  return {
    title: 'Growth of a step: length at 2,048 tokens, layers and vocabulary at 512; off: the step without attention against its line',
    head: ['', 'ms a step', 'attention, ms', 'off'],
    rows: points.map((p) => [`${p.what} ${p.value}`, range(p.step.wall), range(p.attention.wall), percent(p.off)]),
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
