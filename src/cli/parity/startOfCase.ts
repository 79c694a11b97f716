// Cases that start from a part of the base (PiSSA): our own decomposition against what PEFT left of the base, and PEFT's
// factors as the start, because the vectors of a float32 decomposition are noisier than anything that follows.
import { product, transpose } from '../../lib/matrix.ts'
import { svd } from '../../lib/svd.ts'
import type { Layout } from '../../train/layout.ts'
import { putWindow, takeWindow } from '../../train/params.ts'
import { compare, type Comparison } from './compare.ts'
import type { GoldenCase, Noise } from './readCase.ts'

/**
 * How far PyTorch's decomposition in float32 may move the residual of a matrix: rounding turns the kept vectors towards the
 * next one by 2⁻²⁴ of the largest singular value over the gap between the two.
 */
function decompositionNoise(weight: Float64Array, rows: number, columns: number, rank: number): number {
  const { s } = svd(weight, rows, columns)
  const gap = s[rank - 1] - (s[rank] ?? 0)
  return 2 ** -24 * s[0] * (1 + s[rank - 1] / gap)
}

/** Compares W − s·B₀·A₀ by layer, then puts PEFT's A₀ and B₀ into `flat`. */
export async function startOfCase({ tensors }: GoldenCase, layout: Layout, flat: Float32Array, checkpoint: (name: string) => Promise<Float32Array>): Promise<Map<string, Comparison>> {
  const compared = new Map<string, Comparison>()
  for (const a of [...layout.windows.values()].filter((w) => w.key.endsWith('.lora_A.start'))) {
    const b = layout.windows.get(a.key.replace('lora_A', 'lora_B'))!
    if (a.init.kind !== 'leading part') continue
    const { in: inner, out, rank, scaling, stored, name } = a.init
    const path = a.key.replace('.lora_A.start', '')
    const weight = Float64Array.from(await checkpoint(name))
    const part = product(Float64Array.from(takeWindow(flat, b)), Float64Array.from(takeWindow(flat, a)), out, rank, inner)
    const placed = stored === '[out,in]' ? part : transpose(part, out, inner)
    const residual = tensors.get(`base_residual/${path}.weight`)!.data
    const noise: Noise = [stored === '[out,in]' ? decompositionNoise(weight, out, inner, rank) : decompositionNoise(weight, inner, out, rank), 0]
    compared.set(`${path} start`, compare(weight.map((x, i) => x - scaling * placed[i]), residual, noise))
    for (const w of [a, b]) putWindow(flat, w, tensors.get(`init/${w.key.replace('.start', '.weight')}`)!.data as Float32Array)
  }
  return compared
}
