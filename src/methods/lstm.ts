// torch.nn.LSTM over the short list of virtual tokens, in both directions (https://doi.org/10.1162/neco.1997.9.8.1735):
//   i, f, g, o = rows of W_ih x + b_ih + W_hh h + b_hh;  c ← σ(f) ∘ c + σ(i) ∘ tanh(g);  h ← σ(o) ∘ tanh(c)
// Traced step by step from ordinary ops, and again as plain loops on values read back. Keys are torch's.
import type { Graph } from '../graph/graph.ts'
import type { Tensor } from '../graph/tensor.ts'
import { activation, type Activation } from '../ops/activation.ts'
import { add } from '../ops/add.ts'
import { matmul } from '../ops/matmul.ts'
import { mul } from '../ops/mul.ts'
import { placeColumns, sliceColumns } from '../ops/sliceColumns.ts'
import type { ReadParam, Site } from './method.ts'

export interface Lstm {
  /** `prompt_encoder.lstm_head` */
  readonly key: string
  readonly in: number
  /** H, of each direction. */
  readonly hidden: number
  readonly layers: number
  /** Share of what passes between layers that is zeroed while training. */
  readonly dropout: number
}

/** Ends of the keys of one layer and direction. */
const ends = (layer: number): readonly string[] => [`l${layer}`, `l${layer}_reverse`]

/** (1, n) columns of a row. */
const part = (graph: Graph, x: Tensor, start: number, size: number): Tensor => sliceColumns(graph, { x }, { start, size }).y

/** x (P, in) → (P, 2H): both directions side by side. */
export function traceLstm(site: Pick<Site, 'graph' | 'param' | 'dropout'>, x: Tensor, { key, in: first, hidden, layers, dropout }: Lstm): Tensor {
  const { graph } = site
  const bound = { kind: 'uniform', bound: 1 / Math.sqrt(hidden) } as const
  let y = x
  for (let layer = 0; layer < layers; layer++) {
    const from = layer === 0 ? y : site.dropout(y, dropout)
    const width = layer === 0 ? first : 2 * hidden
    const sides = ends(layer).map((end, side) => {
      const input = site.param(`${key}.weight_ih_${end}`, [4 * hidden, width], bound)
      const recurrent = site.param(`${key}.weight_hh_${end}`, [4 * hidden, hidden], bound)
      const biases = ['ih', 'hh'].map((name) => site.param(`${key}.bias_${name}_${end}`, [4 * hidden], bound))
      const bias = add(graph, { a: biases[0], b: biases[1] }, {}).y
      const gates = matmul(graph, { a: from, b: input, bias }, { transA: false, transB: true, alpha: 1 }).y // (P, 4H)
      return oneDirection(graph, gates, recurrent, side === 1)
    })
    const wide = sides.map((s, side) => placeColumns(graph, { x: s }, { start: side * hidden, total: 2 * hidden }).y)
    y = add(graph, { a: wide[0], b: wide[1] }, {}).y // (P, 2H)
  }
  return y
}

/** gates (P, 4H) before the recurrent part → h (P, H). */
function oneDirection(graph: Graph, gates: Tensor, recurrent: Tensor, backwards: boolean): Tensor {
  const [P, H] = [gates.shape[0], recurrent.shape[1]]
  const flat = graph.view(gates, [1, P * 4 * H])
  const act = (x: Tensor, kind: Activation): Tensor => activation(graph, { x }, { kind }).y
  const times = (a: Tensor, b: Tensor): Tensor => mul(graph, { a, b }, {}).y
  let [h, c, all]: (Tensor | undefined)[] = []
  for (let step = 0; step < P; step++) {
    const t = backwards ? P - 1 - step : step
    let z = part(graph, flat, t * 4 * H, 4 * H)
    if (h) z = matmul(graph, { a: h, b: recurrent, c: z }, { transA: false, transB: true, alpha: 1 }).y // (1, 4H)
    const fresh = times(act(part(graph, z, 0, H), 'sigmoid'), act(part(graph, z, 2 * H, H), 'tanh'))
    c = c ? add(graph, { a: times(act(part(graph, z, H, H), 'sigmoid'), c), b: fresh }, {}).y : fresh
    h = times(act(part(graph, z, 3 * H, H), 'sigmoid'), act(c, 'tanh')) // (1, H)
    const placed = placeColumns(graph, { x: h }, { start: t * H, total: P * H }).y
    all = all ? add(graph, { a: all, b: placed }, {}).y : placed
  }
  return graph.view(all!, [P, H])
}

/** The same in plain loops: x (P, in) → (P, 2H). */
export function runLstm(read: ReadParam, x: Float32Array, rows: number, { key, in: first, hidden: H, layers }: Lstm): Float32Array {
  let y = x
  for (let layer = 0; layer < layers; layer++) {
    const width = layer === 0 ? first : 2 * H
    const next = new Float32Array(rows * 2 * H)
    ends(layer).forEach((end, side) => {
      const [input, recurrent, bi, bh] = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map((name) => read(`${key}.${name}_${end}`)!)
      let h = new Float64Array(H)
      const c = new Float64Array(H)
      for (let step = 0; step < rows; step++) {
        const t = side === 1 ? rows - 1 - step : step
        const gate = (o: number): number => {
          let sum = bi[o] + bh[o]
          for (let i = 0; i < width; i++) sum += y[t * width + i] * input[o * width + i]
          for (let i = 0; i < H; i++) sum += h[i] * recurrent[o * H + i]
          return sum
        }
        const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z))
        h = Float64Array.from({ length: H }, (_, k) => {
          c[k] = sigmoid(gate(H + k)) * c[k] + sigmoid(gate(k)) * Math.tanh(gate(2 * H + k))
          return sigmoid(gate(3 * H + k)) * Math.tanh(c[k])
        })
        next.set(h, t * 2 * H + side * H)
      }
    })
    y = next
  }
  return y
}
