// Values of a fresh adapter on a mounted base: as each tensor declares, with what the base itself makes of texts.
import type { Base } from './base.ts'
import { embedTexts } from './embedTexts.ts'
import type { Layout } from './layout.ts'
import { initialValues, putWindow } from './params.ts'

export async function freshValues(base: Base, layout: Layout, seed: number): Promise<Float32Array<ArrayBuffer>> {
  const flat = await initialValues(layout, seed, (name) => base.weights.readF32(name))
  for (const w of layout.windows.values()) {
    if (w.init.kind !== 'texts') continue
    const rows = await embedTexts(base, w.init.texts)
    putWindow(flat, w, Float32Array.from(rows.flatMap((row) => [...row])))
  }
  return flat
}
