// Causal attention, forward and forward with backward, over growing lengths; other libraries hold the whole matrix of scores.
import { differentiate } from '../../engine/autodiff.ts'
import { Graph } from '../../graph/graph.ts'
import { uniform } from '../../lib/rng.ts'
import { attention } from '../../ops/attention.ts'
import { scale } from '../../ops/scale.ts'
import type { Bench } from './bench.ts'
import { bedOf, graphWork, type Bed } from './graphWork.ts'
import type { AttentionSize, Work } from './peers/peer.ts'
import { rateRow, type RateRow } from './rateRow.ts'

/** Two products over the pairs that see each other. */
export const attentionFlops = ({ batch, heads, length, headSize }: AttentionSize): number => (4 * batch * heads * headSize * length * (length + 1)) / 2
/** Forward, and the five products of the gradients. */
const BOTH = 3.5
/** Lengths up to which other libraries are measured on a software adapter. */
const PEERS_UP_TO = 1024

export async function measureAttention(bench: Bench): Promise<RateRow[]> {
  const bed = bedOf(await bench.open())
  const rows: RateRow[] = []
  for (const length of bench.quick ? [256, 512] : [256, 512, 1024, 2048]) {
    const size = { batch: bench.software ? 1 : 4, heads: bench.software ? 4 : 9, length, headSize: 64 }
    const qkv = [0, 1, 2].map((stream) => Float32Array.from({ length: size.batch * size.heads * length * 64 }, (_, i) => 2 * uniform(1, stream, i) - 1))
    for (const backward of [false, true]) {
      const of = `${backward ? 'forward + backward' : 'forward'}, T = ${length}, ${size.batch} × ${size.heads} heads of 64`
      bench.say(`attention ${of}`)
      const works = new Map<string, Work>([['tunesmith', await ours(bed, size, qkv, backward)]])
      for (const peer of bench.peers) {
        if (peer.attention && (!bench.software || length <= PEERS_UP_TO)) works.set(peer.name, await peer.attention(size, qkv, backward))
      }
      rows.push(await rateRow(bench, of, attentionFlops(size) * (backward ? BOTH : 1), works, 1e-4))
    }
  }
  bed.gpu.device.destroy()
  return rows
}

async function ours(bed: Bed, { batch, heads, length, headSize }: AttentionSize, qkv: readonly Float32Array[], backward: boolean): Promise<Work> {
  const g = new Graph()
  const [q, k, v] = ['q', 'k', 'v'].map((name) => g.input(name, [batch * length, heads * headSize]))
  const segments = g.constant('segments', [batch * length], new Int32Array(batch * length))
  const start = g.constant('start', [batch], new Int32Array(batch))
  const attrs = { batch, heads, kvHeads: heads, headSize, scale: headSize ** -0.5, causal: true, window: 0, softcap: 0 }
  const { o } = attention(g, { q, k, v, segmentsQ: segments, segmentsK: segments, start }, attrs)
  const sources = new Map([q, k, v].map((t, i) => [t, qkv[i]]))
  if (!backward) return graphWork(bed, g, sources, [o])
  const gradients = differentiate(g, new Map([[o, scale(g, { x: o }, { factor: 2 }).y]]), [q, k, v])
  return graphWork(bed, g, sources, [q, k, v].map((t) => gradients.get(t)!))
}
