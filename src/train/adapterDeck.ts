// Adapters side by side on one mounted base: each one's values in a buffer of its own, and decoding recorded once for every
// set that was asked for. Changing the set between two tokens is then a look-up, and changing weights a write of 4 bytes.
// An answer takes a seat, or a row of one that it shares with the answers beside it, each with adapters of its own.
import type { Placed } from '../engine/record.ts'
import { turns } from '../lib/turns.ts'
import type { AdapterUse } from '../protocol/adapters.ts'
import { Fault } from '../protocol/failure.ts'
import type { Base } from './base.ts'
import { Chorus } from './chorus.ts'
import { Decoder, placesFor, type Duty, type Voice } from './decoder.ts'
import { ensemble, flatName, unmixable, weightName, type Ensemble } from './ensemble.ts'
import { canJoin, commonOrder, jointSubject } from './jointSubject.ts'
import type { FittingAdapter, OpenAdapter } from './openAdapter.ts'
import { Seat } from './seat.ts'

interface Held {
  readonly adapter: FittingAdapter
  readonly version: string
  readonly place: Placed
}

/** One answer's hold on a seat. */
export interface Speaker {
  /**
   * What decodes with these adapters, their weights set. All of a speaker's share one cache; only where an answer among others
   * goes on with adapters that cannot share a batch, it moves to a cache of its own.
   */
  decoder(uses: readonly AdapterUse[]): Promise<Voice>
  /** Resolves when a next token can be had at once with what its seat’s answers go on with. */
  ready(): Promise<unknown>
  leave(): void
}

export interface Ask {
  /** Adapters that the answer is known to use; others may follow. */
  readonly sets: readonly (readonly AdapterUse[])[]
  /** Tokens of prompt and answer together. */
  readonly capacity: number
}

/** A set is its ids in order, each as trained or mixed: weights other than 1 share what was recorded. */
const keyOf = (uses: readonly AdapterUse[]): string => JSON.stringify(uses.map((u) => [u.id, u.weight === 1]))
const idsOf = (uses: readonly AdapterUse[]): string[] => uses.map((u) => u.id)

export class AdapterDeck {
  private readonly held = new Map<string, Held>()
  private readonly sets = new Map<string, { readonly ids: readonly string[]; readonly subject: Ensemble }>()
  private readonly seats: Seat[] = []
  // Two answers that start together would each make a buffer, or upload the same tensors.
  private readonly holding = turns()
  private readonly loading = turns()
  /** Recordings made so far: tests see that a switch makes none. */
  recorded = 0

  constructor(private readonly base: Base) {}

  /** Puts an adapter's values on the GPU, once for a version; a newer version replaces them in place. */
  hold(id: string, version: string, load: () => Promise<OpenAdapter>): Promise<void> {
    return this.holding(() => this.upload(id, version, load))
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
    if (this.isSpeaking(id))
      throw new Fault('bad-adapter', 'An answer is being written with this adapter.', 'Stop it, or wait for its end.')
    const bytes = this.bytes(id)
    for (const seat of this.seats) seat.release(id)
    for (const [key, { ids }] of this.sets) if (ids.includes(id)) this.sets.delete(key)
    const held = this.held.get(id)
    if (held) this.base.memory.free([held.place.buffer])
    this.held.delete(id)
    return bytes
  }

  /** Throws where these, all held, cannot stand together or not with these weights. */
  check(uses: readonly AdapterUse[]): void {
    this.setOf(this.checked(uses))
  }

  /** Checks the weights and records what these need for texts of so many tokens beside the base, so that their next answers start at once; as trained and mixed. */
  async prepare(uses: readonly AdapterUse[], capacity: number): Promise<void> {
    const mixing = uses.map((u) => (this.mixes(u.id) && u.weight === 1 ? { ...u, weight: 0.5 } : u))
    const asks = [[], ...(uses.length > 0 ? [uses] : [])].map((set): Ask => ({ sets: [set], capacity }))
    const speakers = await Promise.all(this.speakTogether(asks))
    try {
      for (const [i, speaker] of speakers.entries()) {
        for (const set of i === 0 ? [[]] : [mixing, uses]) await speaker.decoder(set)
      }
      await Promise.all(speakers.map((speaker) => speaker.ready()))
    } finally {
      for (const speaker of speakers) speaker.leave()
    }
  }

  /** @param sets what the answer is known to use; others may follow. @param capacity tokens of prompt and answer together */
  async speak(sets: Ask['sets'], capacity: number): Promise<Speaker> {
    const seat = await this.seatFor(1, [{ sets, capacity }])
    return { decoder: (uses) => this.decoderOn(seat, this.checked(uses), 'all'), ready: () => Promise.resolve(), leave: () => seat.leave() }
  }

  /** Speakers of answers that are written together: in one batch where adapters allow, which takes every answer of it to ask for its tokens and to leave. */
  speakTogether(asks: readonly Ask[]): Promise<Speaker>[] {
    const joining = asks.filter(({ sets }) => sets.every((uses) => this.joins(uses)))
    if (joining.length < 2) return asks.map(({ sets, capacity }) => this.speak(sets, capacity))
    const together = this.join(joining)
    return asks.map((ask) => (joining.includes(ask) ? together.then((speakers) => speakers[joining.indexOf(ask)]) : this.speak(ask.sets, ask.capacity)))
  }

  private async join(asks: readonly Ask[]): Promise<Speaker[]> {
    const rows = asks.length
    const seat = await this.seatFor(rows, asks)
    const chorus = new Chorus(rows, (uses) => this.jointDecoder(seat, uses))
    return asks.map(({ capacity }, row): Speaker => {
      let alone: Promise<Speaker> | undefined
      const leave = (): void => {
        chorus.leave(row)
        seat.leave()
      }
      const decoder = async (given: readonly AdapterUse[]): Promise<Voice> => {
        const uses = this.checked(given)
        if (!alone && !(this.joins(uses) && commonOrder(chorus.uses.with(row, uses).map(idsOf)))) {
          leave()
          alone = this.speak([uses], capacity)
        }
        if (alone) return (await alone).decoder(uses)
        chorus.give(row, uses)
        const reader = await this.decoderOn(seat, uses, 'read')
        return {
          rows: 1,
          cache: seat.cache,
          capacity: reader.capacity,
          before: reader.before,
          continues: (other) => reader.continues(other),
          // Rows may read with the same adapters and other weights.
          read: (_row, ids) => weigh(reader, uses).read(row, ids),
          step: ([token], [position]) => chorus.step(row, token, reader.before + position),
        }
      }
      return { decoder, ready: () => this.jointDecoder(seat, chorus.uses), leave: () => void (alone ? alone.then((s) => s.leave(), () => undefined) : leave()) }
    })
  }

  /** Frees everything that no answer is using: before a run needs the memory. */
  clear(): void {
    for (const seat of this.seats.slice()) if (!seat.taken) void this.remove(seat)
    for (const id of Array.from(this.held.keys())) if (!this.isSpeaking(id)) this.release(id)
  }

  private isSpeaking(id: string): boolean {
    return this.seats.some((seat) => seat.taken && seat.reads(id))
  }

  /** Frees everything; resolves when recordings that were still being made are gone too. */
  async dispose(): Promise<void> {
    const making = this.seats.slice().flatMap((seat) => this.remove(seat))
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

  /** Whether it can answer in a batch with others. */
  private joins(uses: readonly AdapterUse[]): boolean {
    return uses.every(({ id }) => {
      const held = this.held.get(id)
      return held !== undefined && canJoin(this.base, held.adapter)
    })
  }

  private memberOf(id: string): { id: string; adapter: FittingAdapter } {
    return { id, adapter: this.held.get(id)!.adapter }
  }

  private setOf(uses: readonly AdapterUse[]): Ensemble {
    return this.subjectOf(keyOf(uses), idsOf(uses), () => ensemble(this.base, uses.map(({ id, weight }) => ({ ...this.memberOf(id), whole: weight === 1 }))))
  }

  private subjectOf(key: string, ids: readonly string[], make: () => Ensemble): Ensemble {
    const subject = this.sets.get(key)?.subject ?? make()
    this.sets.set(key, { ids, subject })
    return subject
  }

  /** A free seat that fits, best one on which these have been recorded. */
  private async seatFor(rows: number, asks: readonly Ask[]): Promise<Seat> {
    const checked = asks.flatMap(({ sets, capacity }) => sets.map((uses) => ({ uses: this.checked(uses), capacity })))
    const places = Math.max(...checked.map(({ uses, capacity }) => placesFor(this.setOf(uses), capacity)))
    const alike = this.seats.filter((seat) => !seat.taken && seat.cache.rows === rows)
    const known = (seat: Seat): number => checked.filter(({ uses }) => seat.has(keyOf(uses))).length
    let [seat] = alike.filter(({ cache }) => cache.places >= places).toSorted((a, b) => known(b) - known(a))
    if (!seat) {
      for (const small of alike) if (small.cache.places < Seat.sizeFor(places)) this.remove(small)
      this.seats.push((seat = await Seat.make(this.base, rows, places)))
    }
    seat.take()
    return seat
  }

  private async decoderOn(seat: Seat, uses: readonly AdapterUse[], duty: Duty): Promise<Decoder> {
    return weigh(await seat.recorded(keyOf(uses), idsOf(uses), () => this.record(seat, idsOf(uses), duty, this.setOf(uses))), uses)
  }

  /** What gives every row its next token, each with the weights of its own adapters. */
  private async jointDecoder(seat: Seat, uses: readonly (readonly AdapterUse[])[]): Promise<Decoder> {
    const ids = commonOrder(uses.map(idsOf))!
    const key = JSON.stringify(['joint', uses.length, ...ids])
    const subject = (): Ensemble => this.subjectOf(key, ids, () => jointSubject(this.base, ids.map((id) => this.memberOf(id)), uses.length))
    const decoder = await seat.recorded(key, ids, () => this.record(seat, ids, 'step', subject()))
    decoder.set(Object.fromEntries(ids.map((id) => [weightName(id), Float32Array.from(uses, (row) => row.find((u) => u.id === id)?.weight ?? 0)])))
    return decoder
  }

  private async record({ cache, pool }: Seat, ids: readonly string[], duty: Duty, subject: Ensemble): Promise<Decoder> {
    await this.loading(() => this.base.weights.load(subject.weights))
    const values = new Map(ids.map((id) => [flatName(id), this.held.get(id)!.place]))
    this.recorded++
    return Decoder.on({ base: this.base, subject, values, cache, pool, duty })
  }

  private remove(seat: Seat): Promise<Decoder>[] {
    this.seats.splice(this.seats.indexOf(seat), 1)
    return seat.dispose()
  }
}

/** As a row of one, or several with the same weights, is answered. */
function weigh(decoder: Decoder, uses: readonly AdapterUse[]): Decoder {
  decoder.set(Object.fromEntries(uses.map(({ id, weight }) => [weightName(id), Float32Array.of(weight)])))
  return decoder
}
