// GFLOP/s of products, ours in the layouts a training step uses, and those of other libraries beside it, in turns. Every
// result is compared with plain sums in double precision before its time counts.
import { Graph } from '../../graph/graph.ts'
import type { DType } from '../../graph/tensor.ts'
import { uniform } from '../../lib/rng.ts'
import { matmul } from '../../ops/matmul.ts'
import type { Bench } from './bench.ts'
import { bedOf, graphWork, type Bed } from './graphWork.ts'
import { interleave, type Timing } from './interleave.ts'
import { matmulFlops, matmulShapes, type MatmulShape } from './matmulShapes.ts'
import type { Work } from './peers/peer.ts'
import { mapSpread, type Spread } from './spread.ts'

export interface MatmulRow extends MatmulShape {
  readonly arms: readonly { readonly name: string; readonly gflops: Spread; readonly timing: Timing }[]
}

/** Largest error of an entry, as a share of the sum of its terms’ magnitudes. */
const TOLERANCE = 1e-5

export async function measureMatmul(bench: Bench): Promise<MatmulRow[]> {
  const bed = bedOf(await bench.open())
  const most = bed.gpu.device.limits.maxStorageBufferBindingSize
  const rows: MatmulRow[] = []
  const shapes = bench.software ? matmulShapes(128, 16) : matmulShapes(512, 512)
  for (const shape of bench.quick ? shapes.slice(0, 4) : shapes) {
    const { M, K, N } = shape
    if (4 * K * N > most) {
      bench.leaveOut(`[${M}×${K}]·[${K}×${N}]: its matrix takes ${Math.ceil((4 * K * N) / 2 ** 20)} MiB in one buffer, and this GPU allows ${Math.floor(most / 2 ** 20)}.`)
      continue
    }
    bench.say(`matmul [${M}×${K}]·[${K}×${N}]`)
    // Numbers that 16 bits hold, so that all arms compute the same.
    const numbers = (size: number, stream: number): Float32Array<ArrayBuffer> => Float32Array.from({ length: size }, (_, i) => Math.round(uniform(1, stream, i) * 512 - 256) / 256)
    const [a, b] = [numbers(M * K, 1), numbers(K * N, 2)]
    const works = new Map<string, Work>([
      ['tunesmith', await ours(bed, shape, a, b, 'NN', 'f32')],
      ['tunesmith x·Wᵀ', await ours(bed, shape, a, b, 'NT', 'f32')],
      ['tunesmith x·Wᵀ, f16 W', await ours(bed, shape, a, b, 'NT', 'f16')],
    ])
    for (const peer of bench.peers) if (peer.matmul) works.set(peer.name, await peer.matmul(M, K, N, a, b))
    for (const [name, work] of works) check(`${name} [${M}×${K}]·[${K}×${N}]`, await work.result(), shape, a, b)
    const found = await interleave([...works].map(([name, work]) => ({ name, run: (times: number) => work.run(times) })), bench)
    rows.push({ ...shape, arms: [...found].map(([name, timing]) => ({ name, gflops: mapSpread(timing.wall, (ms) => matmulFlops(shape) / ms / 1e6), timing })) })
    for (const work of works.values()) work.dispose()
  }
  bed.gpu.device.destroy()
  return rows
}

async function ours(bed: Bed, { M, K, N }: MatmulShape, a: Float32Array, b: Float32Array, way: 'NN' | 'NT', dtype: DType): Promise<Work> {
  const g = new Graph()
  const transB = way === 'NT'
  const [left, right] = [g.input('a', [M, K]), g.input('b', transB ? [N, K] : [K, N], dtype)]
  const { y } = matmul(g, { a: left, b: right }, { transA: false, transB, alpha: 1 })
  const stored = transB ? Float32Array.from({ length: K * N }, (_, i) => b[(i % K) * N + Math.floor(i / K)]) : b
  return graphWork(bed, g, new Map([[left, a], [right, stored]]), [y])
}

/** Some entries of a product against sums in double precision. */
function check(what: string, y: Float32Array, { M, K, N }: MatmulShape, a: Float32Array, b: Float32Array): void {
  if (y.length !== M * N) throw new Error(`${what} has ${y.length} numbers, expected ${M * N}.`)
  for (let i = 0; i < 64; i++) {
    const [m, n] = [Math.floor(uniform(2, 1, i) * M), Math.floor(uniform(2, 2, i) * N)]
    let [sum, size] = [0, 0]
    for (let k = 0; k < K; k++) {
      const term = a[m * K + k] * b[k * N + n]
      sum += term
      size += Math.abs(term)
    }
    if (!(Math.abs(y[m * N + n] - sum) <= TOLERANCE * size)) throw new Error(`${what} is wrong at [${m}, ${n}]: ${y[m * N + n]}, expected ${sum}.`)
  }
}
