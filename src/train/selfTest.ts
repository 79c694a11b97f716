// Are the kernels right on this GPU? Small cases of every op run on it, forward and through its backward pass, in every
// variant that the tuner may choose here, and are compared with the CPU oracle. Seconds, and nothing of the person's is read.
import { differentiate } from '../engine/autodiff.ts'
import { suited } from '../engine/chooseKernel.ts'
import { interpret } from '../engine/interpret.ts'
import { runOnce } from '../engine/runOnce.ts'
import type { Gpu } from '../gpu/device.ts'
import { Pipelines } from '../gpu/pipelines.ts'
import type { Attrs, Case, Dispatch, OpDefinition, Sizes } from '../graph/op.ts'
import { sizeOf } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { normal } from '../lib/rng.ts'
import { allOps } from '../ops/allOps.ts'
import { caseGraph } from '../ops/caseGraph.ts'
import { Fault, toFailure } from '../protocol/failure.ts'
import type { Compared, KernelVerdict, SelfTestProgress, SelfTestReport } from '../protocol/machine.ts'

/** As the suites have it. */
const TOLERANCE = 2e-6
/** A gradient is several ops long, and its sums are deeper. */
const GRADIENT_TOLERANCE = 2e-5
/** Seeds are of size 1, and what all but cancels of them keeps their rounding. */
const CANCELLED = 0.1
const CASES = 4

/** All ops, in the order in which they are checked. */
const everyOp = (): OpDefinition[] => [...allOps().values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))

export async function selfTest(gpu: Gpu, onProgress: (progress: SelfTestProgress) => void, cancelled: () => boolean, ops: readonly OpDefinition[] = everyOp()): Promise<SelfTestReport> {
  const started = performance.now()
  const pipelines = new Pipelines(gpu.device)
  const verdicts: KernelVerdict[] = []
  for (const op of ops) {
    if (cancelled()) break
    const verdict = await check(op, gpu, pipelines, cancelled)
    if (gpu.lost.happened) throw new Fault('device-lost', `The GPU stopped answering while ${op.name} was checked.`, 'Reload the page and try once more; if it stops there again, update the graphics driver.', gpu.lost.reason)
    if (!verdict) break
    verdicts.push(verdict)
    onProgress({ done: verdicts.length, total: ops.length, verdict })
  }
  const { vendor, architecture, description } = gpu.info
  return {
    passed: verdicts.every((v) => v.passed),
    cancelled: verdicts.length < ops.length,
    ms: performance.now() - started,
    adapter: description || [vendor, architecture].filter(Boolean).join(' ') || 'unnamed',
    verdicts,
  }
}

/** The cheapest case of every kind of storage, one that has a gradient, and the cheapest others up to a handful. */
export function chosenCases(op: OpDefinition): readonly Case<Attrs>[] {
  const costs = new Map(op.cases.map((c) => [c, costOf(op, c)]))
  const cheapest = op.cases.toSorted((a, b) => costs.get(a)! - costs.get(b)!)
  const kinds = new Map<string, Case<Attrs>>()
  for (const c of cheapest) {
    const kind = Object.values(c.inputs).map((i) => i.dtype ?? 'f32').join()
    if (!kinds.has(kind)) kinds.set(kind, c)
  }
  const chosen = new Set(kinds.values())
  const first = op.backward && cheapest.find(hasGradient)
  if (first) chosen.add(first)
  for (const c of cheapest) if (chosen.size < CASES) chosen.add(c)
  return [...chosen]
}

const hasGradient = (c: Case<Attrs>): boolean => c.differentiate?.length !== 0

function costOf(op: OpDefinition, c: Case<Attrs>): number {
  const { inputs, outputs } = caseGraph(op, c)
  const sizes = { ...inputs, ...outputs } as Sizes
  const elements = Object.values(sizes).reduce((n, t) => n + sizeOf(t.shape), 0)
  return Math.max(elements, ...op.dispatch(sizes, c.attrs).map((d) => d.flops ?? 0))
}

async function check(op: OpDefinition, gpu: Gpu, pipelines: Pipelines, cancelled: () => boolean): Promise<KernelVerdict | undefined> {
  const problems: string[] = []
  const forward = { tensors: 0, worst: 0 }
  const gradient = { tensors: 0, worst: 0 }
  const cases = chosenCases(op)
  let variants = 1
  for (const c of cases) {
    if (cancelled()) return undefined
    try {
      variants = Math.max(variants, await tryCase(op, c, gpu, pipelines, { forward, gradient, problems }))
    } catch (error) {
      problems.push(`${c.name}: ${toFailure(error).message}`)
      if (gpu.lost.happened) break
    }
  }
  return { op: op.name, passed: problems.length === 0, cases: cases.length, variants, forward, ...(gradient.tensors > 0 && { gradient }), problems }
}

type Tally = { -readonly [K in keyof Compared]: Compared[K] }

async function tryCase(op: OpDefinition, c: Case<Attrs>, gpu: Gpu, pipelines: Pipelines, found: { forward: Tally; gradient: Tally; problems: string[] }): Promise<number> {
  const { graph, inputs, outputs, values, stored } = caseGraph(op, c)
  const updated = (op.updates ?? []).flatMap((name) => inputs[name] ?? [])
  const wanted = [...Object.values(outputs), ...updated]
  const sizes = { ...inputs, ...outputs } as Sizes
  const options = op.dispatch(sizes, c.attrs).map((d) => suited(gpu, [d, ...(d.alternatives ?? [])]))
  const gradients = op.backward && hasGradient(c) ? seeded() : []
  const sources = new Map<string, ArrayLike<number>>(values)
  const bytes = new Map<string, ArrayLike<number>>(stored)
  for (const t of graph.sources) {
    if (sources.has(t.name) || t.data) continue
    const seed = Float32Array.from({ length: sizeOf(t.shape) }, (_, i) => normal(11, 0, i))
    sources.set(t.name, seed)
    bytes.set(t.name, seed)
  }
  const read = interpret(graph, sources)
  const variants = gpu.info.software ? 1 : Math.max(1, ...options.map((o) => o.length))
  for (let variant = 0; variant < variants; variant++) {
    // A software adapter compiles slowly, and takes the last that suits it.
    const choose = ([d, ...rest]: readonly Dispatch[]): Dispatch => {
      const list = suited(gpu, [d, ...rest])
      return (gpu.info.software ? list.at(-1) : list[Math.min(variant, list.length - 1)]) ?? d
    }
    const got = await runOnce(gpu.device, graph, bytes, [...wanted, ...gradients], pipelines, choose)
    ;[...wanted, ...gradients].forEach((t, i) => {
      const isGradient = i >= wanted.length
      const limit = isGradient ? Math.max(GRADIENT_TOLERANCE, c.tolerance ?? 0) : (c.tolerance ?? TOLERANCE)
      const { error, at } = furthest(got[i], read(t), isGradient ? CANCELLED : 0)
      const tally = isGradient ? found.gradient : found.forward
      tally.tensors++
      tally.worst = Math.max(tally.worst, error)
      // NaN compares false with everything, so ask for "not within" rather than "beyond".
      if (!(error <= limit)) found.problems.push(`${c.name}, ${isGradient ? 'gradient ' : ''}${t.name}[${at}]: ${got[i][at]}, and the oracle says ${read(t)[at]}${variants > 1 ? ` (variant ${variant})` : ''}.`)
    })
  }
  return variants

  /** Emits the backward pass from the first output, which alone takes a gradient. */
  function seeded(): Tensor[] {
    const [main] = Object.values(outputs).filter((t) => t.dtype === 'f32')
    const to = Object.entries(inputs).filter(([name, t]) => t.dtype === 'f32' && (c.differentiate?.includes(name) ?? true)).map(([, t]) => t)
    return [...differentiate(graph, new Map([[main, graph.input(`d ${main.name}`, main.shape)]]), to).values()]
  }
}

/** The largest difference, relative to the largest expected value, or to `least`. */
function furthest(found: ArrayLike<number>, expected: ArrayLike<number>, least: number): { error: number; at: number } {
  let scale = Math.max(1e-30, least)
  for (let i = 0; i < expected.length; i++) scale = Math.max(scale, Math.abs(expected[i]))
  let [worst, at] = [0, 0]
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(found[i] - expected[i]) / scale
    if (!(error <= worst)) [worst, at] = [error, i]
    if (Number.isNaN(worst)) break
  }
  return { error: worst, at }
}
