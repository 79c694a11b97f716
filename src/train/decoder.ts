// Cached generation. Each row of the cache holds one text: a prompt is read into its row in stretches, whatever the other rows
// are doing, and a step then gives every row its next token at once. What a row answers does not depend on the rows beside it:
// the same kernels add up the same numbers in the same order.
import { plan } from '../engine/plan.ts'
import { Ring } from '../engine/readback.ts'
import { record, type Placed, type Recording, type Shared } from '../engine/record.ts'
import { replay, writeInputs, type InputValues } from '../engine/replay.ts'
import { SlotPool } from '../engine/slotPool.ts'
import { Fault } from '../protocol/failure.ts'
import type { Base } from './base.ts'
import { KvCache } from './kvCache.ts'
import type { Params } from './params.ts'
import { traceLogits, type Subject } from './step.ts'
import { virtualTokens, type VirtualTokens } from './virtualTokens.ts'

/** Tokens of a prompt read at once, unless said. */
const STRETCH = 32

/** Places of a cache row for texts of so many tokens. A stretch may overhang the end of a prompt; what it writes there is overwritten or invisible. */
export function placesFor({ attachments }: Pick<Subject, 'attachments'>, capacity: number, stretch = STRETCH): number {
  const { prefix, prompt } = virtualTokens(attachments)
  return prefix + prompt + capacity + stretch
}

/** What a decoder was recorded for: reading prompts, giving rows their next token, or both. */
export type Duty = 'all' | 'read' | 'step'

interface Pass {
  readonly recording: Recording
  /** Of the logits that it makes. */
  readonly place: Placed
  readonly ring: Ring
  /** Tokens of a row that it takes. */
  readonly length: number
  /** Whether it also puts the methods' virtual tokens in front. */
  readonly lead: boolean
}

export interface DecoderParts {
  readonly base: Base
  readonly subject: Subject
  /** The buffers of the subject's states. */
  readonly values: Shared
  readonly cache: KvCache
  /** Slots are lent from here, to those who share the cache. */
  readonly pool: SlotPool
  readonly duty?: Duty
  readonly stretch?: number
}

export class Decoder {
  /** Inputs that stay the same from token to token. */
  private settings: Readonly<Record<string, Float32Array<ArrayBuffer>>> = {}

  private constructor(
    private readonly base: Base,
    readonly cache: KvCache,
    private readonly vocabulary: number,
    private readonly virtual: VirtualTokens,
    private readonly passes: { readonly first?: Pass; readonly read?: Pass; readonly next?: Pass },
    private readonly stretch: number,
    private readonly own?: SlotPool,
  ) {}

  /**
   * With a cache of its own.
   * @param capacity tokens a row can hold, prompt and answer together
   * @param stretch tokens of a prompt read at once
   */
  static async make(base: Base, subject: Subject, params: Pick<Params, 'shared'> | undefined, rows: number, capacity: number, stretch = STRETCH): Promise<Decoder> {
    const cache = await KvCache.make(base, base.memory, rows, placesFor(subject, capacity, stretch))
    const pool = new SlotPool(base.memory)
    try {
      return await Decoder.on({ base, subject, values: params?.shared ?? new Map(), cache, pool, stretch }, pool)
    } catch (error) {
      pool.dispose()
      cache.dispose()
      throw error
    }
  }

  /** On a cache that others may use in turn. */
  static async on({ base, subject, values, cache, pool, duty = 'all', stretch = STRETCH }: DecoderParts, own?: SlotPool): Promise<Decoder> {
    const virtual = virtualTokens(subject.attachments)
    const { vocabulary } = subject.family.dimensions(subject.config)
    const shared = new Map<string, Placed>([...base.weights.shared, ...values, ...cache.shared])
    const made: Pass[] = []
    const passOf = async (rows: number, length: number, lead: boolean): Promise<Pass> => {
      const { graph, logits } = traceLogits(subject, { batch: rows, length, cache: cache.places, lead, ...(length > 1 && { cacheRows: cache.rows }) }, rows)
      const recording = await record(plan(graph, [logits]), base.memory, base.pipelines, shared, { choose: base.choose, pool })
      try {
        const pass = { recording, place: recording.place(logits), ring: await Ring.make(base.memory, rows * vocabulary * 4, 1), length, lead }
        made.push(pass)
        return pass
      } catch (error) {
        recording.dispose()
        throw error
      }
    }
    try {
      const leads = virtual.prefix + virtual.prompt > 0
      const reading = duty === 'step' ? {} : { read: await passOf(1, stretch, false), ...(leads && { first: await passOf(1, stretch, true) }) }
      const stepping = duty === 'read' ? {} : { next: await passOf(cache.rows, 1, false) }
      return new Decoder(base, cache, vocabulary, virtual, { ...reading, ...stepping }, stretch, own)
    } catch (error) {
      for (const pass of made) disposePass(pass)
      throw error
    }
  }

  get rows(): number {
    return this.cache.rows
  }
  /** Places of a row before its text. */
  get before(): number {
    return this.virtual.prefix + this.virtual.prompt
  }
  /** Tokens a row can hold. */
  get capacity(): number {
    return this.cache.places - this.stretch - this.before
  }
  /** Whether it can go on from what the other has put in their cache. */
  continues(other: Voice): boolean {
    return other.cache === this.cache && this.before + other.before === 0
  }
  /** Values of inputs other than the text: weights of adapters. */
  set(settings: Readonly<Record<string, Float32Array<ArrayBuffer>>>): void {
    this.settings = settings
  }

  /** Reads a text into a row from its beginning on; answers the logits (V) after its last token, zeros after none. */
  read(row: number, ids: Int32Array): Promise<Float32Array> {
    if (ids.length > this.capacity) throw new Fault('internal', `A text of ${ids.length} tokens does not fit ${this.capacity} places of the cache.`, 'Make the cache larger.')
    const { settings } = this
    return this.cache.inTurn(async () => {
      let logits: Float32Array | undefined
      for (let at = 0; at < Math.max(1, ids.length); at += this.stretch) {
        const pass = (at === 0 ? this.passes.first : undefined) ?? this.passes.read!
        const tokens = new Int32Array(this.stretch)
        tokens.set(ids.subarray(at, at + this.stretch))
        const last = ids.length - 1 - at
        const front = pass.lead ? this.virtual.prompt : 0
        const place = this.before - front + at
        const positions = Int32Array.from({ length: front + this.stretch }, (_, i) => place + i)
        const ends = last >= 0 && last < this.stretch
        const inputs = { tokens, positions, segments: new Int32Array(positions.length).fill(row), start: Int32Array.of(row * this.cache.places + place), rows: Int32Array.of(front + (ends ? last : 0)) }
        logits = await this.run(pass, { ...settings, ...inputs }, ends)
      }
      return logits ?? new Float32Array(this.vocabulary)
    })
  }

  /** Appends one token to each row at its position in the text; answers the logits after it, (rows, V). */
  step(tokens: Int32Array<ArrayBuffer>, positions: Int32Array<ArrayBuffer>): Promise<Float32Array> {
    const { settings } = this
    const places = positions.map((n) => this.before + n)
    const inputs = { tokens: tokens.slice(), positions: places, segments: new Int32Array(this.rows), start: places, rows: Int32Array.from({ length: this.rows }, (_, row) => row) }
    return this.cache.inTurn(async () => (await this.run(this.passes.next!, { ...settings, ...inputs }, true))!)
  }

  private async run(pass: Pass, inputs: Readonly<Record<string, InputValues>>, wanted: boolean): Promise<Float32Array | undefined> {
    const { device, lost } = this.base.gpu
    writeInputs(device, pass.recording, inputs)
    const staging = wanted ? pass.ring.take() : undefined
    // The read of a lost device fails, and its buffer never comes back.
    if (wanted && !staging) throw new Fault('device-lost', 'The GPU stopped answering.', 'Ask again.', lost.reason)
    const { place } = pass
    replay(device, [...pass.recording.commands, ...(staging ? [{ kind: 'copy', label: 'read-back', from: place, to: { buffer: staging, offset: 0, size: place.size }, flops: 0 } as const] : [])])
    return staging && new Float32Array(await pass.ring.read(staging))
  }

  dispose(): void {
    for (const pass of Object.values(this.passes)) disposePass(pass)
    if (!this.own) return
    this.own.dispose()
    this.cache.dispose()
  }
}

/** What a text is generated with: a decoder, or one row of one. */
export type Voice = Pick<Decoder, 'rows' | 'capacity' | 'before' | 'cache' | 'continues' | 'read' | 'step'>

function disposePass({ recording, ring }: Pass): void {
  ring.dispose()
  recording.dispose()
}
