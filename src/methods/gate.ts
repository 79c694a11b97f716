// A gate beside a method's part of a layer: σ(x w + b), how much of it a token lets in. UniPELT: https://arxiv.org/abs/2110.07577
// AdapterHub averages the gates of a row over its tokens. Here each token keeps its own: a causal model would otherwise learn
// from an average over words it has yet to predict, and would see another average when it writes one word at a time.
import type { Tensor } from '../graph/tensor.ts'
import { activation } from '../ops/activation.ts'
import { matmul } from '../ops/matmul.ts'
import { mul } from '../ops/mul.ts'
import type { Init, Site } from './method.ts'

type At = Pick<Site, 'graph' | 'param'>

/** AdapterHub's start: half open. */
export const GATE: Readonly<Record<'weight' | 'bias', Init>> = { weight: { kind: 'normal', std: 0.02 }, bias: { kind: 'zeros' } }

/** x (N, C) → (N, 1), trained as `<key>.weight` (1, C) and `<key>.bias` (1). */
export function gateOf({ graph, param }: At, key: string, x: Tensor): Tensor {
  const w = param(`${key}.weight`, [1, x.shape[1]], GATE.weight)
  const bias = param(`${key}.bias`, [1], GATE.bias)
  return activation(graph, { x: matmul(graph, { a: x, b: w, bias }, { transA: false, transB: true, alpha: 1 }).y }, { kind: 'sigmoid' }).y
}

/** y (N, C), each row times its gate (N, 1). */
export function throughGate({ graph }: Pick<At, 'graph'>, y: Tensor, gate: Tensor): Tensor {
  const C = y.shape[1]
  const wide = matmul(graph, { a: gate, b: graph.constant(`ones ${C}`, [1, C], new Float32Array(C).fill(1)) }, { transA: false, transB: false, alpha: 1 }).y
  return mul(graph, { a: y, b: wide }, {}).y
}
