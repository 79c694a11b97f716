// Starts of LoRA that take over the leading part of the base's weights: PiSSA by its singular vectors
// (https://arxiv.org/abs/2404.02948), OLoRA by its QR factors (https://arxiv.org/abs/2406.01775).
// PEFT subtracts that part from the base. Here the base stays what it is for everything else that uses it: the start B₀ A₀ is
// kept, frozen, and subtracted beside it, y = base(x) + s (B A − B₀ A₀) x, which is also an ordinary LoRA of twice the rank.
import type { Tensor } from '../graph/tensor.ts'
import { matmul } from '../ops/matmul.ts'
import type { Init, LinearSite } from './method.ts'

export interface LoraStart {
  readonly of: 'pissa' | 'olora'
  /** Rounds of random subspace iteration instead of the exact decomposition. */
  readonly iterations?: number
}

/** PEFT's init_lora_weights as a start; undefined for others. */
export function startOf(name: unknown): LoraStart | undefined {
  const [, iterations] = /^pissa_niter_(\d+)$/.exec(String(name)) ?? []
  if (iterations !== undefined) return { of: 'pissa', iterations: Number(iterations) }
  return name === 'pissa' || name === 'olora' ? { of: name } : undefined
}

export function startInit({ of, iterations }: LoraStart, site: LinearSite, rank: number, scaling: number, part: 'A' | 'B'): Init {
  const { in: inner, out, stored, weightName: name } = site
  return { kind: 'leading part', of, part, name, in: inner, out, stored, rank, scaling, ...(iterations !== undefined && { iterations }) }
}

export const startKey = (path: string, part: 'A' | 'B'): string => `base_model.model.${path}.lora_${part}.start`

/** base(x) − s · B₀ A₀ x. */
export function subtractStart(start: LoraStart, site: LinearSite, rank: number, scaling: number, base: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  const { graph, path } = site
  const a = site.param(startKey(path, 'A'), [rank, site.in], startInit(start, site, rank, scaling, 'A'), { frozen: true })
  const b = site.param(startKey(path, 'B'), [site.out, rank], startInit(start, site, rank, scaling, 'B'), { frozen: true })
  return (x) => {
    const narrow = matmul(graph, { a: x, b: a }, { transA: false, transB: true, alpha: 1 }).y // (N, r)
    return matmul(graph, { a: narrow, b, c: base(x) }, { transA: false, transB: true, alpha: -scaling }).y // (N, out)
  }
}

/** [A; A₀] (2r, in); without a start, rows of zeros below. */
export function stackRows(a: Float32Array, start?: Float32Array): Float32Array<ArrayBuffer> {
  const both = new Float32Array(2 * a.length)
  both.set(a)
  if (start) both.set(start, a.length)
  return both
}

/** [B, −B₀] (out, 2r); without a start, columns of zeros at the right. */
export function joinColumns(b: Float32Array, rank: number, start?: Float32Array): Float32Array<ArrayBuffer> {
  const both = new Float32Array(2 * b.length)
  for (let i = 0; i < b.length; i++) {
    const at = Math.floor(i / rank) * 2 * rank + (i % rank)
    both[at] = b[i]
    if (start) both[at + rank] = -start[i]
  }
  return both
}
