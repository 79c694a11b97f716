// What people ask first of a bench: how many times as fast ours is as the others, by the medians of the clock.
import { matmulFlops } from './matmulShapes.ts'
import type { Findings } from './report.ts'
import { short, type Table } from './tables.ts'

interface Row {
  readonly of: string
  readonly rates: ReadonlyMap<string, number>
}

/** Products from this many operations on count: below, what surrounds a kernel is most of its time. */
const LARGE = 2 * 512 ** 3

/** Undefined where nothing was measured beside ours. */
export function ratioTable({ steps, matmul = [], attention = [], loss = [] }: Findings): Table | undefined {
  const rates = <A extends { readonly name: string }>(arms: readonly A[], rate: (arm: A) => number): ReadonlyMap<string, number> => new Map(arms.map((a) => [a.name, rate(a)]))
  const rows: readonly Row[] = [
    ...steps.map((s) => ({ of: `a LoRA step of ${s.preset}, tokens/s`, rates: rates(s.arms, (a) => a.tokensPerSecond.median) })),
    ...steps.map((s) => ({ of: 'its first step', rates: rates(s.arms, (a) => 1 / a.firstMs) })),
    ...matmul.filter((r) => matmulFlops(r) >= LARGE).map((r) => ({ of: `[${r.M}×${r.K}]·[${r.K}×${r.N}]`, rates: rates(r.arms, (a) => a.gflops.median) })),
    ...attention.map((r) => ({ of: `attention ${r.of}`, rates: rates(r.arms, (a) => a.gflops.median) })),
    ...loss.map((r) => ({ of: `head and loss, ${r.of}`, rates: rates(r.arms, (a) => a.gflops.median) })),
  ]
  const isOurs = (name: string): boolean => name.startsWith('tunesmith')
  const others = [...new Set(rows.flatMap((r) => [...r.rates.keys()]))].filter((name) => !isOurs(name))
  if (others.length === 0) return undefined
  const cells = (r: Row): string[] => others.map((name) => (r.rates.has(name) ? `${short(r.rates.get('tunesmith')! / r.rates.get(name)!)} ×` : '–'))
  return { title: 'Ours, in times the speed of', head: ['', ...others], rows: rows.filter((r) => others.some((name) => r.rates.has(name))).map((r) => [r.of, ...cells(r)]) }
}
