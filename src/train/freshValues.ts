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

type ReadBase = (name: string, as?: 'kept') => Promise<Float32Array>

/** A reader of base tensors that starts the head anew where the checkpoint has none. @param read those that it has */
export function orFreshHead(model: Pick<Base, 'folder' | 'family'>, layout: Layout, seed: number, read: ReadBase): ReadBase {
  const sizes = new Map([...layout.windows.values()].flatMap((w) => (w.init.kind === 'checkpoint' ? [[w.init.name, w.size] as const] : [])))
  return async (name, as) => (findTensor(model.folder, model.family, name) ? read(name, as) : startOfHead(name, sizes.get(name)!, seed))
}

export async function freshValues(base: Base, layout: Layout, seed: number): Promise<Float32Array<ArrayBuffer>> {
  const read: ReadBase = (name, as) => (as === 'kept' ? base.weights.readKept(name) : base.weights.readF32(name))
  const flat = await initialValues(layout, seed, orFreshHead(base, layout, seed, read))
  for (const w of layout.windows.values()) {
    if (w.init.kind !== 'texts') continue
    const rows = await embedTexts(base, w.init.texts)
    putWindow(flat, w, Float32Array.from(rows.flatMap((row) => [...row])))
  }
  return flat
}
