// A cache of keys and values for one answer, or for a few side by side, and the decoders that were recorded on it: they belong to the
// cache, because their bind groups name its buffers.
import { SlotPool } from '../engine/slotPool.ts'
import type { Base } from './base.ts'
import type { Decoder } from './decoder.ts'
import { KvCache } from './kvCache.ts'

/** Decoders of one cache; a recording holds kilobytes, and its slots are shared. */
const MOST_DECODERS = 24
const LEAST_PLACES = 256

interface Recorded {
  /** Adapters that it reads. */
  readonly ids: readonly string[]
  readonly made: Promise<Decoder>
}

export class Seat {
  /** By set, the one used longest ago first. */
  private readonly decoders = new Map<string, Recorded>()
  /** Answers that hold it. */
  private holders = 0

  private constructor(
    readonly cache: KvCache,
    readonly pool: SlotPool,
  ) {}

  static async make(base: Base, rows: number, places: number): Promise<Seat> {
    return new Seat(await KvCache.make(base, base.memory, rows, Seat.sizeFor(places)), new SlotPool(base.memory))
  }

  /** Fewer sizes, so that a longer question does not record everything again. */
  static sizeFor(places: number): number {
    let size = LEAST_PLACES
    while (size < places) size *= 2
    return size
  }

  get taken(): boolean {
    return this.holders > 0
  }
  take(): void {
    this.holders += this.cache.rows
  }
  /** One of its answers has ended. */
  leave(): void {
    this.holders--
    if (!this.taken) this.trim()
  }

  has(key: string): boolean {
    return this.decoders.has(key)
  }
  reads(id: string): boolean {
    return [...this.decoders.values()].some(({ ids }) => ids.includes(id))
  }

  /** What was recorded under this key, or what `record` makes now. */
  recorded(key: string, ids: readonly string[], record: () => Promise<Decoder>): Promise<Decoder> {
    let known = this.decoders.get(key)
    if (known) this.decoders.delete(key)
    else {
      known = { ids, made: record() }
      known.made.catch(() => this.decoders.delete(key))
    }
    this.decoders.set(key, known)
    return known.made
  }

  /** Frees every recording with the adapter. */
  release(id: string): void {
    for (const [key, { ids }] of this.decoders) if (ids.includes(id)) this.drop(key)
  }

  /** Frees everything; answers the recordings that were still being made. */
  dispose(): Promise<Decoder>[] {
    const making = [...this.decoders.values()].map((d) => d.made)
    for (const key of Array.from(this.decoders.keys())) this.drop(key)
    this.pool.dispose()
    this.cache.dispose()
    return making
  }

  private trim(): void {
    for (const key of Array.from(this.decoders.keys()).slice(0, Math.max(0, this.decoders.size - MOST_DECODERS))) this.drop(key)
  }

  private drop(key: string): void {
    const { made } = this.decoders.get(key)!
    this.decoders.delete(key)
    void made.then((d) => d.dispose()).catch(() => undefined)
  }
}
