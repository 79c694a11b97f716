// Updates that PEFT has no layer for (its LoHa and LoKr know nothing of GPT-2's, which store [in, out]), saved as the ordinary
// LoRA that makes the same update.
import type { Shape } from '../graph/shape.ts'
import type { ModelOutline, ReadParam } from './method.ts'

export interface LoraTwin {
  readonly targets: Iterable<string>
  rank(path: string): number
  scaling(path: string): number
  /** A (rank, in) and B (out, rank). */
  factors(path: string, read: ReadParam): { readonly a: Float32Array; readonly b: Float32Array } | undefined
}

export function twinTensors(twin: LoraTwin, model: ModelOutline, read: ReadParam): Map<string, { readonly shape: Shape; readonly data: Float32Array }> {
  const tensors = new Map<string, { readonly shape: Shape; readonly data: Float32Array }>()
  for (const path of twin.targets) {
    const found = twin.factors(path, read)
    if (!found) continue
    const { in: inner, out } = model.linearSizes.get(path)!
    tensors.set(`base_model.model.${path}.lora_A.weight`, { shape: [twin.rank(path), inner], data: found.a })
    tensors.set(`base_model.model.${path}.lora_B.weight`, { shape: [out, twin.rank(path)], data: found.b })
  }
  return tensors
}

/** What a LoRA config says of it: ranks and alphas by whole path, where they are not the first layer's. */
export function twinConfig(twin: LoraTwin): Record<string, unknown> {
  const paths = [...twin.targets]
  const alpha = (path: string): number => twin.scaling(path) * twin.rank(path)
  const [r, lora_alpha] = [twin.rank(paths[0]), alpha(paths[0])]
  const others = (of: (path: string) => number, usual: number): Record<string, number> =>
    Object.fromEntries(paths.filter((path) => of(path) !== usual).map((path) => [`^${path.replaceAll('.', String.raw`\.`)}`, of(path)]))
  return {
    alpha_pattern: others(alpha, lora_alpha),
    bias: 'none',
    fan_in_fan_out: true,
    init_lora_weights: true,
    lora_alpha,
    lora_dropout: 0,
    peft_type: 'LORA',
    r,
    rank_pattern: others((path) => twin.rank(path), r),
  }
}
