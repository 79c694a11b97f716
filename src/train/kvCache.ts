// Keys and values of the texts that a few rows have read, on the GPU. Decoders of one base share it, so that what one
// adapter has read, the next can go on from.
import type { Placed } from '../engine/record.ts'
import type { Memory } from '../gpu/memory.ts'
import { turns } from '../lib/turns.ts'
import type { OpenModel } from './base.ts'
import { cacheName } from './tracer.ts'

/** Places of a row are a multiple of this, so that attention cuts every row into the same tiles of keys: its bytes are then those of a row alone. */
const TILE = 32

export class KvCache {
  /** One pass over the cache at a time: those who share it share slots and inputs too. */
  readonly inTurn = turns()

  private constructor(
    private readonly memory: Memory,
    readonly rows: number,
    /** Places of a row: virtual tokens, text, and what a stretch may overhang. */
    readonly places: number,
    readonly shared: ReadonlyMap<string, Placed>,
  ) {}

  /** @param least places of a row, at least */
  static async make(model: OpenModel, memory: Memory, rows: number, least: number): Promise<KvCache> {
    const { layers, attention } = model.outline
    const places = Math.ceil(least / TILE) * TILE
    const size = rows * places * attention.kvHeads * attention.headSize * 4
    const names = Array.from({ length: layers }, (_, l) => [cacheName(l, 'k'), cacheName(l, 'v')]).flat()
    const buffers = await memory.allocate(names.map((label) => ({ label, bytes: size, memory: 'workspace' as const })))
    return new KvCache(memory, rows, places, new Map(names.map((name, i) => [name, { buffer: buffers[i], offset: 0, size }])))
  }

  dispose(): void {
    this.memory.free([...this.shared.values()].map((p) => p.buffer))
  }
}
