// Every kernel of matmul that runs here, at the shapes of the starter and of SmolLM2-135M: GFLOP/s, medians of interleaved runs.
import type { Command } from '../../engine/record.ts'
import { chooseKernel, runnable } from '../../engine/chooseKernel.ts'
import { plan } from '../../engine/plan.ts'
import { record } from '../../engine/record.ts'
import type { Gpu } from '../../gpu/device.ts'
import { Memory } from '../../gpu/memory.ts'
import { Pipelines } from '../../gpu/pipelines.ts'
import { Graph } from '../../graph/graph.ts'
import type { Dispatch, Sizes } from '../../graph/op.ts'
import type { DType } from '../../graph/tensor.ts'
import { matmul } from '../../ops/matmul.ts'
import { medianOf } from './spread.ts'
import { printTable, timeCommands } from './stopwatch.ts'

type Way = 'NT' | 'NN' | 'TN'
type Product = readonly [way: Way, M: number, N: number, K: number, dtype: DType]

const products: readonly Product[] = [
  // The starter: projections, head, and their gradients.
  ['NT', 512, 192, 192, 'f16'], ['NT', 512, 512, 192, 'f16'], ['NT', 512, 192, 512, 'f16'], ['NT', 512, 4096, 192, 'f16'],
  ['NN', 512, 192, 512, 'f16'], ['NN', 512, 192, 4096, 'f16'], ['NT', 512, 64, 192, 'f16'], ['TN', 192, 512, 512, 'f32'],
  // SmolLM2-135M.
  ['NT', 512, 576, 576, 'bf16'], ['NT', 512, 1536, 576, 'bf16'], ['NN', 512, 576, 1536, 'bf16'], ['NT', 64, 49_152, 576, 'bf16'],
  ['NT', 512, 1536, 576, 'f32'], ['NN', 512, 576, 1536, 'f32'], ['TN', 576, 1536, 512, 'f32'],
  // Low rank: down, up, and the gradients of both.
  ['NT', 512, 8, 192, 'f32'], ['NT', 512, 16, 576, 'f32'], ['NN', 512, 8, 512, 'f32'], ['NT', 512, 192, 8, 'f32'], ['NN', 512, 576, 16, 'f32'],
  ['TN', 8, 192, 512, 'f32'], ['TN', 192, 8, 512, 'f32'], ['TN', 16, 576, 512, 'f32'],
  // Decoding.
  ['NT', 1, 4096, 192, 'f16'], ['NT', 8, 4096, 192, 'f16'], ['NT', 1, 576, 1536, 'bf16'], ['NN', 1, 576, 576, 'f16'], ['NT', 32, 512, 192, 'f16'],
]

const ROUNDS = 7
/** Work of one timed run: long enough that submitting does not count. */
const ENOUGH_FLOPS = 2e8
const MOST_ROUNDS = 64

export async function timeMatmul(gpu: Gpu): Promise<void> {
  const memory = new Memory(gpu.device)
  const pipelines = new Pipelines(gpu.device)
  const rows: string[][] = []
  for (const [way, M, N, K, dtype] of products) {
    const [transA, transB] = [way[0] === 'T', way[1] === 'T']
    const g = new Graph()
    const a = g.input('a', transA ? [K, M] : [M, K])
    const b = g.input('b', transB ? [N, K] : [K, N], dtype)
    const { y } = matmul(g, { a, b }, { transA, transB, alpha: 1 })
    const [node] = g.nodes
    const dispatches = node.op.dispatch({ ...node.inputs, ...node.outputs } as Sizes, node.attrs)
    const options = (d: Dispatch): Dispatch[] => [d, ...(d.alternatives ?? [])]
    const count = Math.max(...dispatches.map((d) => runnable(gpu, options(d)).length))
    const chosen = chooseKernel(gpu)(options(dispatches[0])).shader
    const arms: { recording: { commands: readonly Command[]; dispose(): void }; times: number[]; chosen: boolean }[] = []
    for (let i = 0; i < count; i++) {
      const at = (d: Dispatch): Dispatch => runnable(gpu, options(d)).at(i) ?? d
      const recording = await record(plan(g, [y]), memory, pipelines, new Map(), { choose: ([d]) => at(d) })
      arms.push({ recording, times: [], chosen: at(dispatches[0]).shader === chosen })
      await timeCommands(gpu.device, recording.commands)
    }
    const flops = 2 * M * N * K
    const rounds = Math.min(MOST_ROUNDS, Math.max(1, Math.round(ENOUGH_FLOPS / flops)))
    for (let i = 0; i < ROUNDS; i++) for (const arm of arms) arm.times.push(await timeCommands(gpu.device, arm.recording.commands, rounds))
    const speeds = arms.map((arm) => `${((flops * rounds) / medianOf(arm.times) / 1e6).toFixed(2)}${arm.chosen ? ' ←' : '  '}`)
    rows.push([`${way} [${M},${K}]·[${K},${N}] ${dtype}`, ...Array.from({ length: 4 }, (_, i) => speeds[i] ?? '')])
    for (const arm of arms) arm.recording.dispose()
  }
  console.log('matmul, GFLOP/s of each kernel that runs here, the portable one first; ← is the one taken')
  printTable(['product', '', '', '', ''], rows)
}
