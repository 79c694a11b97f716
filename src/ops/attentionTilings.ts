// Which tile sizes the attention kernels come in: the first runs everywhere, the others suit software adapters better.
import type { AttentionAttrs, Variant } from './attentionShapes.ts'
import { tileRows, type KernelShape } from './attentionTiles.ts'

function tilings(headSize: number): KernelShape['tiling'][] {
  // Ten KiB of workgroup memory and some hundred registers a thread let several workgroups share a core.
  const list: KernelShape['tiling'][] = [{ way: 'staged', rows: 4, columns: 4, depth: 8, fours: 1 }]
  if (headSize % 4 === 0) {
    // More rows make fewer loads for each product, and longer compilation. Measured.
    list.push(
      { way: 'lanes', lanes: 4, rows: 8, columns: 4 },
      { way: 'lanes', lanes: 8, rows: headSize > 128 ? 8 : 16, columns: 4 },
    )
  }
  return list
}

/** A kernel in all tile sizes, over `rows` rows of each owner. */
export function variants({ headSize, softcap }: Pick<AttentionAttrs, 'headSize' | 'softcap'>, rows: number, entry: string, write: (s: KernelShape) => string): Variant[] {
  return tilings(headSize).map((tiling) => {
    const shape = { headSize, capped: softcap > 0, tiling }
    return {
      kernel: {
        shader: write(shape),
        entry,
        ...(tiling.way === 'lanes' && { needs: ['subgroups'], lanes: tiling.lanes, suits: 'software' }),
      },
      params: { tiles: Math.ceil(rows / tileRows(shape)), strip: tiling.rows },
    }
  })
}
