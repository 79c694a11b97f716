// Adapters side by side on one mounted base: each one's values in a buffer of its own, and decoding recorded once for every
// set that was asked for. Changing the set between two tokens is then a look-up, and changing weights a write of 4 bytes.
// An answer borrows a cache of keys and values; decoders belong to a cache, because their bind groups name its buffers.
import type { Placed } from '../engine/record.ts'
import { SlotPool } from '../engine/slotPool.ts'
import type { AdapterUse } from '../protocol/adapters.ts'
import { Fault } from '../protocol/failure.ts'
import type { Base } from './base.ts'
import { Decoder, placesFor } from './decoder.ts'
import { ensemble, flatName, unmixable, weightName, type Ensemble } from './ensemble.ts'
import { KvCache } from './kvCache.ts'
import type { FittingAdapter, OpenAdapter } from './openAdapter.ts'

interface Held {
  readonly adapter: FittingAdapter
  readonly version: string
  readonly place: Placed
}

/** A cache and what was recorded on it. */
interface Seat {
  readonly cache: KvCache
  readonly pool: SlotPool
  /** By set, the one used longest ago first. */
  readonly decoders: Map<string, Promise<Decoder>>
  taken: boolean
}

/** One answer's hold on a seat. */
export interface Speaker {
  /** The decoder of these adapters, with their weights set. All of a speaker's share one cache. */
  decoder(uses: readonly AdapterUse[]): Promise<Decoder>
  leave(): void
}

/** Sets recorded on one cache; a recording holds kilobytes, and its slots are shared. */
const MOST_SETS = 24
const LEAST_PLACES = 256

/** A set is its ids in order, each as trained or mixed: weights other than 1 share what was recorded. */
const keyOf = (uses: readonly AdapterUse[]): string => JSON.stringify(uses.map((u) => [u.id, u.weight === 1]))
const names = (key: string, id: string): boolean => (JSON.parse(key) as [string, boolean][]).some(([name]) => name === id)

export class AdapterDeck {
  private readonly held = new Map<string, Held>()
  private readonly sets = new Map<string, Ensemble>()
  private readonly seats: Seat[] = []
  private loading: Promise<void> = Promise.resolve()
  private holding: Promise<void> = Promise.resolve()
  /** Recordings made so far: tests see that a switch makes none. */
  recorded = 0

  constructor(private readonly base: Base) {}

  /** Puts an adapter's values on the GPU, once for a version; a newer version replaces them in place. */
  hold(id: string, version: string, load: () => Promise<OpenAdapter>): Promise<void> {
    // One after the other: two answers that start together would each make a buffer.
    const turn = this.holding.catch(() => undefined).then(() => this.upload(id, version, load))
    this.holding = turn
    return turn
  }

  private async upload(id: string, version: string, load: () => Promise<OpenAdapter>): Promise<void> {
    if (this.held.get(id)?.version === version) return
    // The values themselves are not kept here: on the GPU is enough.
    const { values, ...adapter } = await load()
    const known = this.held.get(id)
    if (known && known.place.size !== values.byteLength) this.release(id)
    const place = this.held.get(id)?.place ?? (await this.place(id, values.byteLength))
    this.base.gpu.device.queue.writeBuffer(place.buffer, 0, values)
    this.held.set(id, { adapter, version, place })
  }

  private async place(id: string, bytes: number): Promise<Placed> {
    const [buffer] = await this.base.memory.allocate([{ label: flatName(id), bytes, memory: 'weights' }])
    return { buffer, offset: 0, size: bytes }
  }

  /** Bytes of an adapter's values on the GPU; 0 while it is not there. */
  bytes(id: string): number {
    return this.held.get(id)?.place.buffer.size ?? 0
  }

  /** Frees an adapter's values and every recording with them; answers the bytes. */
  release(id: string): number {
    const uses = (key: string): boolean => names(key, id)
    if (this.isSpeaking(id))
      throw new Fault('bad-adapter', 'An answer is being written with this adapter.', 'Stop it, or wait for its end.')
    const bytes = this.bytes(id)
    for (const { decoders } of this.seats)
      for (const [key, decoder] of decoders) {
        if (!uses(key)) continue
        decoders.delete(key)
        dispose(decoder)
      }
    for (const key of this.sets.keys()) if (uses(key)) this.sets.delete(key)
    const held = this.held.get(id)
    if (held) this.base.memory.free([held.place.buffer])
    this.held.delete(id)
    return bytes
  }

  /** Throws where these, all held, cannot stand together or not with these weights. */
  check(uses: readonly AdapterUse[]): void {
    this.setOf(this.checked(uses))
  }

  /** Checks the weights and records what these need for texts of so many tokens, so that their next answer starts at once; as trained and mixed. */
  async prepare(uses: readonly AdapterUse[], capacity: number): Promise<void> {
    const speaker = await this.speak([uses], capacity)
    try {
      await speaker.decoder(uses)
      const mixing = uses.map((u) => (this.mixes(u.id) && u.weight === 1 ? { ...u, weight: 0.5 } : u))
      if (keyOf(mixing) !== keyOf(uses)) await speaker.decoder(mixing)
    } finally {
      speaker.leave()
    }
  }

  /** @param sets what the answer is known to use; others may follow. @param capacity tokens of prompt and answer together */
  async speak(sets: readonly (readonly AdapterUse[])[], capacity: number): Promise<Speaker> {
    const checked = sets.map((uses) => this.checked(uses))
    const places = Math.max(LEAST_PLACES, ...checked.map((uses) => placesFor(this.setOf(uses), capacity)))
    const keys = checked.map(keyOf)
    const known = (seat: Seat): number => keys.filter((key) => seat.decoders.has(key)).length
    const free = this.seats.filter((seat) => !seat.taken && seat.cache.places >= places)
    let [seat] = free.toSorted((a, b) => known(b) - known(a))
    if (seat) seat.taken = true
    else seat = await this.newSeat(places)
    return {
      decoder: (uses) => this.decoderOn(seat, this.checked(uses)),
      leave: () => {
        seat.taken = false
        this.trim(seat)
      },
    }
  }

  /** Frees everything that no answer is using: before a run needs the memory. */
  clear(): void {
    for (const seat of this.seats.slice()) if (!seat.taken) this.remove(seat)
    for (const id of Array.from(this.held.keys())) if (!this.isSpeaking(id)) this.release(id)
  }

  private isSpeaking(id: string): boolean {
    return this.seats.some((seat) => seat.taken && [...seat.decoders.keys()].some((key) => names(key, id)))
  }

  /** Frees everything; resolves when recordings that were still being made are gone too. */
  async dispose(): Promise<void> {
    const making = this.seats.flatMap((seat) => [...seat.decoders.values()])
    for (const seat of this.seats.slice()) this.remove(seat)
    this.base.memory.free([...this.held.values()].map((h) => h.place.buffer))
    this.held.clear()
    this.sets.clear()
    await Promise.allSettled(making)
  }

  private mixes(id: string): boolean {
    const held = this.held.get(id)
    return held !== undefined && unmixable(this.base, held.adapter) === undefined
  }

  /** Without those that are off; throws for a share that cannot be had. */
  private checked(uses: readonly AdapterUse[]): AdapterUse[] {
    if (new Set(uses.map((u) => u.id)).size < uses.length) throw new Fault('bad-adapter', 'An adapter is named twice.', 'Give it one weight.')
    return uses.filter(({ id, weight }) => {
      const held = this.held.get(id)
      if (!held) throw new Fault('internal', `The adapter ${id} is not on the GPU.`, 'Load it first.')
      if (!Number.isFinite(weight)) throw new Fault('bad-adapter', `An adapter’s weight must be a number, found ${weight}.`, 'Use 1 for as trained.')
      const why = unmixable(this.base, held.adapter)
      if (why === undefined || weight === 1) return true
      if (weight === 0) return false
      throw new Fault('bad-adapter', `This ${held.adapter.methods.join(' + ')} adapter can be on or off, because ${why}; found the weight ${weight}.`, 'Use the weight 1 or 0.')
    })
  }

  private setOf(uses: readonly AdapterUse[]): Ensemble {
    const key = keyOf(uses)
    const set = this.sets.get(key) ?? ensemble(this.base, uses.map(({ id, weight }) => ({ id, adapter: this.held.get(id)!.adapter, whole: weight === 1 })))
    this.sets.set(key, set)
    return set
  }

  private async newSeat(places: number): Promise<Seat> {
    // Fewer sizes, so that a longer question does not record everything again.
    let size = LEAST_PLACES
    while (size < places) size *= 2
    for (const seat of this.seats.slice()) if (!seat.taken && seat.cache.places < size) this.remove(seat)
    const cache = await KvCache.make(this.base, this.base.memory, 1, size)
    const seat: Seat = { cache, pool: new SlotPool(this.base.memory), decoders: new Map(), taken: true }
    this.seats.push(seat)
    return seat
  }

  private async decoderOn(seat: Seat, uses: readonly AdapterUse[]): Promise<Decoder> {
    const key = keyOf(uses)
    let made = seat.decoders.get(key)
    if (made) seat.decoders.delete(key)
    else {
      made = this.record(seat, uses)
      made.catch(() => seat.decoders.delete(key))
    }
    seat.decoders.set(key, made)
    const decoder = await made
    decoder.set(Object.fromEntries(uses.map(({ id, weight }) => [weightName(id), Float32Array.of(weight)])))
    return decoder
  }

  private async record({ cache, pool }: Seat, uses: readonly AdapterUse[]): Promise<Decoder> {
    const subject = this.setOf(uses)
    // One after the other: two answers that start together would upload the same tensors twice.
    this.loading = this.loading.catch(() => undefined).then(() => this.base.weights.load(subject.weights))
    await this.loading
    const values = new Map(uses.map(({ id }) => [flatName(id), this.held.get(id)!.place]))
    this.recorded++
    return Decoder.on({ base: this.base, subject, values, cache, pool })
  }

  private trim({ decoders }: Seat): void {
    for (const [key, decoder] of decoders) {
      if (decoders.size <= MOST_SETS) return
      decoders.delete(key)
      dispose(decoder)
    }
  }

  private remove(seat: Seat): void {
    this.seats.splice(this.seats.indexOf(seat), 1)
    for (const decoder of seat.decoders.values()) dispose(decoder)
    seat.pool.dispose()
    seat.cache.dispose()
  }
}

function dispose(decoder: Promise<Decoder>): void {
  void decoder.then((d) => d.dispose()).catch(() => undefined)
}
