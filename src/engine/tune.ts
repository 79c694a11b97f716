// Which kernel is fastest, found by running them. Where an op offers several ways to compute the same, none is best on every
// GPU, and the best differs from the usual one by up to a factor of two. Before the first step the products that a plan spends
// most of its work on are timed on buffers of zeros, within a budget; the choice holds for every plan of the same adapter.
// Results stay the same to the bit: all kernels of a product add up its terms in the same order.
import type { Gpu } from '../gpu/device.ts'
import type { Memory } from '../gpu/memory.ts'
import type { Pipelines } from '../gpu/pipelines.ts'
import { Graph } from '../graph/graph.ts'
import type { Node } from '../graph/node.ts'
import type { Dispatch, Sizes } from '../graph/op.ts'
import type { Tensor } from '../graph/tensor.ts'
import { chooseKernel, suited } from './chooseKernel.ts'
import { plan, type Plan } from './plan.ts'
import { record, type Choose } from './record.ts'
import { replay } from './replay.ts'

/** Milliseconds that tuning for one plan may take; what was not reached keeps the usual kernel. */
const BUDGET_MS = 2000
/** A run of one kernel is repeated until it takes this long, so that submitting does not count. */
const LONG_ENOUGH_MS = 3
const MOST_ROUNDS = 64
const TAKES = 3

/** Index among the suited kernels, by what was tuned. */
export type Tuned = Map<string, number>

/** What was found so far, by adapter: devices come and go, the hardware stays. */
const found = new Map<string, Tuned>()

export const adapterName = ({ info: { vendor, architecture, description } }: Pick<Gpu, 'info'>): string => `${vendor} ${architecture} ${description}`

export function tunedOn(gpu: Pick<Gpu, 'info'>): Tuned {
  const key = adapterName(gpu)
  const known = found.get(key) ?? new Map<string, number>()
  found.set(key, known)
  return known
}

/** Takes the kernel that was found fastest, and the usual one where nothing was measured. */
export function chooseTuned(gpu: Pick<Gpu, 'device' | 'adapter' | 'info'>, tuned: Tuned = tunedOn(gpu)): Choose {
  const usual = chooseKernel(gpu)
  return (options) => {
    const index = options[0].tune === undefined ? undefined : tuned.get(options[0].tune)
    return (index === undefined ? undefined : suited(gpu, options)[index]) ?? usual(options)
  }
}

/** Milliseconds that one run of a node takes with the kernel that `choose` takes. */
export type Stopwatch = (node: Node, choose: Choose) => Promise<number>

/**
 * Measures what is not known yet.
 * @param stopwatch,now how time is told
 * @returns what was measured: milliseconds of every kernel, by what was tuned
 */
export async function tune(gpu: Pick<Gpu, 'device' | 'adapter' | 'info'>, p: Plan, stopwatch: Stopwatch, tuned: Tuned = tunedOn(gpu), now: () => number = () => performance.now()): Promise<Map<string, number[]>> {
  const began = now()
  const work = new Map<string, { node: Node; options: Dispatch[]; flops: number }>()
  for (const node of p.graph.nodes) {
    for (const d of node.op.dispatch({ ...node.inputs, ...node.outputs } as Sizes, node.attrs)) {
      const options = suited(gpu, [d, ...(d.alternatives ?? [])])
      if (d.tune === undefined || options.length < 2 || tuned.has(d.tune)) continue
      const known = work.get(d.tune)
      work.set(d.tune, { node, options, flops: (known?.flops ?? 0) + (d.flops ?? 0) })
    }
  }
  const measured = new Map<string, number[]>()
  for (const [key, { node, options }] of [...work].toSorted(([, a], [, b]) => b.flops - a.flops)) {
    if (now() - began > BUDGET_MS) break
    const times: number[] = []
    for (let i = 0; i < options.length; i++) times.push(await stopwatch(node, ([d]) => (d.tune === key ? options[i] : d)))
    measured.set(key, times)
    tuned.set(key, times.indexOf(Math.min(...times)))
  }
  return measured
}

/** Tells the time by the clock, on buffers that live as long as the measurement. */
export function clockStopwatch(gpu: Pick<Gpu, 'device'>, memory: Memory, pipelines: Pipelines): Stopwatch {
  return async (node, choose) => {
    const g = new Graph()
    const inputs = Object.fromEntries(Object.entries(node.inputs).map(([name, { shape, dtype }]): [string, Tensor] => [name, g.input(name, shape, dtype)]))
    const recording = await record(plan(g, Object.values(g.emit(node.op, inputs, node.attrs))), memory, pipelines, new Map(), { choose })
    try {
      const run = async (rounds: number): Promise<number> => {
        const from = performance.now()
        replay(gpu.device, Array.from({ length: rounds }, () => recording.commands).flat())
        await gpu.device.queue.onSubmittedWorkDone()
        return performance.now() - from
      }
      await run(1)
      let rounds = 1
      let best = await run(rounds)
      while (best < LONG_ENOUGH_MS && rounds < MOST_ROUNDS) best = await run((rounds *= 4))
      for (let i = 1; i < TAKES; i++) best = Math.min(best, await run(rounds))
      return best / rounds
    } finally {
      recording.dispose()
    }
  }
}
