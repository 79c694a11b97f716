// Values of a fresh adapter on a mounted base: as each tensor declares, with what the base itself makes of texts.
import { normal, streamOf } from '../lib/rng.ts'
import type { Base } from './base.ts'
import { embedTexts } from './embedTexts.ts'
import type { Layout } from './layout.ts'
import { initialValues, putWindow } from './params.ts'
import { findTensor } from './weights.ts'

/** A head that the checkpoint lacks, as transformers starts one: N(0, 0.02), biases 0. */
function startOfHead(name: string, size: number, seed: number): Float32Array {
  const stream = streamOf(name)
  return Float32Array.from({ length: size }, (_, i) => (name.endsWith('.bias') ? 0 : 0.02 * normal(seed, stream, i)))
}

export async function freshValues(base: Base, layout: Layout, seed: number): Promise<Float32Array<ArrayBuffer>> {
  const sizes = new Map([...layout.windows.values()].flatMap((w) => (w.init.kind === 'checkpoint' ? [[w.init.name, w.size] as const] : [])))
  const stored = (name: string): boolean => findTensor(base.folder, base.family, name) !== undefined
  const flat = await initialValues(layout, seed, async (name, as) => (stored(name) ? (as === 'kept' ? base.weights.readKept(name) : base.weights.readF32(name)) : startOfHead(name, sizes.get(name)!, seed)))
  for (const w of layout.windows.values()) {
    if (w.init.kind !== 'texts') continue
    const rows = await embedTexts(base, w.init.texts)
    putWindow(flat, w, Float32Array.from(rows.flatMap((row) => [...row])))
  }
  return flat
}
