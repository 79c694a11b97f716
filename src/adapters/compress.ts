// A LoRA adapter of lower rank: of every layer's update scaling · B · A the part with the largest singular values, which is the
// closest update of that rank. What it costs in loss is for the caller to measure: it is one adapter against another.
import type { Adapter } from '../files/adapter.ts'
import { Fault } from '../protocol/failure.ts'
import { plainScaling } from './combinedConfig.ts'
import { derivedCard } from './derivedCard.ts'
import { factorTensors, readLora, type LoraModule } from './loraAdapter.ts'
import { decomposeProduct, type Decomposed } from './lowRank.ts'

/** One rank for all layers, or for each the least rank that keeps this share of its squared singular values (above 0, at most 1). */
export type CompressTarget = { readonly rank: number } | { readonly energy: number }

export interface CompressedModule {
  readonly path: string
  readonly rankBefore: number
  readonly rank: number
  /** Share of the sum of squared singular values that stays; 1 for an update of zeros. */
  readonly keptEnergy: number
}
export interface Compressed {
  /** An ordinary PEFT LoRA adapter, whose scaling is 1. Biases, saved modules and DoRA's magnitudes are the old ones. */
  readonly adapter: Adapter
  readonly modules: readonly CompressedModule[]
  /** Over all layers together. */
  readonly keptEnergy: number
}

/** Layers whose rank is lower already keep it. Throws `bad-adapter` for what is no plain LoRA. */
export function compress(adapter: Adapter, target: CompressTarget, onProgress?: (done: number, total: number) => void): Compressed {
  check(target)
  const lora = readLora(adapter)
  const results = [...lora.modules.values()].map((module, done) => {
    const { path, in: inputs, out, kind, rank: rankBefore } = module
    const decomposed = decompose(module)
    const rank = 'rank' in target ? Math.min(target.rank, rankBefore) : rankFor(decomposed.values, target.energy)
    const total = energyOf(decomposed.values)
    const kept = energyOf(decomposed.values.subarray(0, rank))
    onProgress?.(done + 1, lora.modules.size)
    return { path, kind, in: inputs, out, rankBefore, rank, total, kept, ...decomposed.keep(rank) }
  })
  const highest = Math.max(...results.map((m) => m.rank))
  const ranks = Object.fromEntries(results.filter((m) => m.rank < highest).map((m) => [m.path, m.rank]))
  const [total, kept] = results.reduce(([t, k], m) => [t + m.total, k + m.kept], [0, 0])
  return {
    adapter: {
      config: { ...lora.config, ...plainScaling(highest), rank_pattern: ranks, alpha_pattern: ranks },
      tensors: new Map([...factorTensors(results), ...lora.others]),
      card: derivedCard(lora.config['base_model_name_or_path'], 'A LoRA adapter compressed to a lower rank with Tunesmith:', { ...target, kept_energy: share(kept, total) }),
    },
    modules: results.map((m) => ({ path: m.path, rankBefore: m.rankBefore, rank: m.rank, keptEnergy: share(m.kept, m.total) })),
    keptEnergy: share(kept, total),
  }
}

function decompose({ a, b, out, rank, in: inputs, scaling }: LoraModule): Decomposed {
  return decomposeProduct(Float64Array.from(b, (x) => x * scaling), Float64Array.from(a), out, rank, inputs)
}

const energyOf = (values: Float64Array): number => values.reduce((sum, s) => sum + s * s, 0)
const share = (kept: number, total: number): number => (total > 0 ? kept / total : 1)

function rankFor(values: Float64Array, energy: number): number {
  // A share of all is reached by rounding too: the last values of a product of lower rank are its noise.
  const enough = energyOf(values) * Math.min(energy, 1 - 1e-12)
  let kept = 0
  for (const [i, s] of values.entries()) if ((kept += s * s) >= enough) return i + 1
  return values.length
}

function check(target: CompressTarget): void {
  if ('rank' in target ? Number.isInteger(target.rank) && target.rank >= 1 : target.energy > 0 && target.energy <= 1) return
  if ('rank' in target) throw new Fault('bad-recipe', `Compressing needs a whole rank of at least 1, found ${target.rank}.`, 'Choose a rank below the adapter’s, such as half of it.')
  throw new Fault('bad-recipe', `Compressing needs a share of energy above 0 and at most 1, found ${target.energy}.`, 'Give a share such as 0.95.')
}
