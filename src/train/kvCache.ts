// Keys and values of the texts that a few rows have read, on the GPU. Decoders of one base share it, so that what one
// adapter has read, the next can go on from.
import type { Placed } from '../engine/record.ts'
import type { Memory } from '../gpu/memory.ts'
import type { OpenModel } from './base.ts'
import { cacheName } from './tracer.ts'

export class KvCache {
  private constructor(
    private readonly memory: Memory,
    readonly rows: number,
    /** Places of a row: virtual tokens, text, and what a stretch may overhang. */
    readonly places: number,
    readonly shared: ReadonlyMap<string, Placed>,
  ) {}

  static async make(model: OpenModel, memory: Memory, rows: number, places: number): Promise<KvCache> {
    const { layers, attention } = model.outline
    const size = rows * places * attention.kvHeads * attention.headSize * 4
    const names = Array.from({ length: layers }, (_, l) => [cacheName(l, 'k'), cacheName(l, 'v')]).flat()
    const buffers = await memory.allocate(names.map((label) => ({ label, bytes: size, memory: 'workspace' as const })))
    return new KvCache(memory, rows, places, new Map(names.map((name, i) => [name, { buffer: buffers[i], offset: 0, size }])))
  }

  dispose(): void {
    this.memory.free([...this.shared.values()].map((p) => p.buffer))
  }
}
