// The head and the loss together, forward and backward to the hidden state: the largest product of a small model.
import { Graph } from '../../graph/graph.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { uniform } from '../../lib/rng.ts'
import { matmul } from '../../ops/matmul.ts'
import { traceLoss } from '../../train/loss.ts'
import type { Bench } from './bench.ts'
import { bedOf, graphWork, type Bed } from './graphWork.ts'
import type { LossSize, Work } from './peers/peer.ts'
import { rateRow, type RateRow } from './rateRow.ts'

/** The head's product and the one back through it. */
export const lossFlops = ({ rows, width, vocabulary }: LossSize): number => 4 * rows * width * vocabulary

export async function measureLoss(bench: Bench): Promise<RateRow[]> {
  const bed = bedOf(await bench.open())
  const sizes: LossSize[] = [{ rows: 512, width: 256, vocabulary: 2048 }]
  if (!bench.quick) sizes.push(...(bench.software ? [{ rows: 128, width: 576, vocabulary: 8192 }] : [{ rows: 1024, width: 576, vocabulary: 49_152 }, { rows: 512, width: 896, vocabulary: 151_936 }]))
  const rows: RateRow[] = []
  for (const size of sizes) {
    const of = `${size.rows} rows of ${size.width}, ${size.vocabulary} words`
    bench.say(`head and loss: ${of}`)
    const hidden = Float32Array.from({ length: size.rows * size.width }, (_, i) => 2 * uniform(1, 1, i) - 1)
    const head = Float32Array.from({ length: size.vocabulary * size.width }, (_, i) => (2 * uniform(1, 2, i) - 1) / 16)
    const targets = Int32Array.from({ length: size.rows }, (_, i) => (i * 7919) % size.vocabulary)
    const works = new Map<string, Work>([['tunesmith', await ours(bed, size, hidden, head, targets)]])
    for (const peer of bench.peers) if (peer.loss) works.set(peer.name, await peer.loss(size, hidden, head, targets))
    rows.push(await rateRow(bench, of, lossFlops(size), works, 1e-4))
  }
  bed.gpu.device.destroy()
  return rows
}

async function ours(bed: Bed, { rows, width, vocabulary }: LossSize, hidden: Float32Array, head: Float32Array, targets: Int32Array): Promise<Work> {
  const g = new Graph()
  const x = g.input('hidden', [rows, width])
  const weight = g.input('head', [vocabulary, width])
  const forward = { hidden: x, head: (some: Tensor) => matmul(g, { a: some, b: weight }, { transA: false, transB: true, alpha: 1 }).y }
  const { dhidden } = traceLoss(g, forward, { rows, outputs: vocabulary, learn: true, below: true, smoothing: 0, trainables: () => [], onGradient: () => undefined })
  const values: Readonly<Record<string, ArrayLike<number>>> = { hidden, head, targets, rows: Int32Array.from({ length: rows }, (_, i) => i), 'loss scale': [1 / rows] }
  return graphWork(bed, g, new Map(g.sources.filter((t) => t.name in values).map((t) => [t, values[t.name]])), [dhidden!])
}
