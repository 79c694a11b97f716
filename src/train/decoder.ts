// Cached generation: prompts are read in stretches, then one token at a time, several rows at once. Keys and values stay on
// the GPU. Rows may differ in length: a row's own `start` says where its next token goes, and what lies beyond is invisible.
import { plan } from '../engine/plan.ts'
import { readNow } from '../engine/readback.ts'
import { record, type Placed, type Recording, type Shared } from '../engine/record.ts'
import { replay } from '../engine/replay.ts'
import type { SlotPool } from '../engine/slotPool.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Base } from './base.ts'
import { KvCache } from './kvCache.ts'
import type { Params } from './params.ts'
import { traceLogits, type Subject } from './step.ts'
import { virtualTokens, type VirtualTokens } from './virtualTokens.ts'

/** Tokens of a prompt read at once. */
const STRETCH = 32

/** Places of a cache row for texts of so many tokens. A stretch may overhang the end of a prompt; what it writes there is overwritten or invisible. */
export function placesFor({ attachments }: Pick<Subject, 'attachments'>, capacity: number): number {
  const { prefix, prompt } = virtualTokens(attachments)
  return prefix + prompt + capacity + STRETCH
}

interface Pass {
  readonly recording: Recording
  readonly logits: Tensor
  /** Tokens of a row that it reads. */
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
  /** Slots are lent from here; only one of its borrowers may run at a time. */
  readonly pool?: SlotPool
}

export class Decoder {
  /** Inputs that stay the same from token to token. */
  private settings: Readonly<Record<string, Float32Array<ArrayBuffer>>> = {}

  private constructor(
    private readonly base: Base,
    readonly cache: KvCache,
    private readonly vocabulary: number,
    private readonly virtual: VirtualTokens,
    private readonly first: Pass,
    private readonly read: Pass,
    private readonly next: Pass,
    private readonly ownCache: boolean,
  ) {}

  /** With a cache of its own. @param capacity tokens a row can hold, prompt and answer together */
  static async make(base: Base, subject: Subject, params: Pick<Params, 'shared'> | undefined, rows: number, capacity: number): Promise<Decoder> {
    const cache = await KvCache.make(base, base.memory, rows, placesFor(subject, capacity))
    try {
      return await Decoder.on({ base, subject, values: params?.shared ?? new Map(), cache }, true)
    } catch (error) {
      cache.dispose()
      throw error
    }
  }

  /** On a cache that others may use in turn. */
  static async on({ base, subject, values, cache, pool }: DecoderParts, ownCache = false): Promise<Decoder> {
    const virtual = virtualTokens(subject.attachments)
    const trace = (length: number, lead: boolean) => ({ ...traceLogits(subject, { batch: cache.rows, length, cache: cache.places, lead }, cache.rows), length, lead })
    const shared = new Map<string, Placed>([...base.weights.shared, ...values, ...cache.shared])
    const made: Recording[] = []
    const passOf = async ({ graph, logits, length, lead }: ReturnType<typeof trace>): Promise<Pass> => {
      const recording = await record(plan(graph, [logits]), base.memory, base.pipelines, shared, { choose: base.choose, ...(pool && { pool }) })
      made.push(recording)
      return { recording, logits, length, lead }
    }
    try {
      const [again, one] = [await passOf(trace(STRETCH, false)), await passOf(trace(1, false))]
      // Without virtual tokens the first stretch is read like the others.
      const opening = virtual.prefix + virtual.prompt > 0 ? await passOf(trace(STRETCH, true)) : again
      return new Decoder(base, cache, subject.family.dimensions(subject.config).vocabulary, virtual, opening, again, one, ownCache)
    } catch (error) {
      for (const recording of made) recording.dispose()
      throw error
    }
  }

  get rows(): number {
    return this.cache.rows
  }
  /** Tokens a row can hold. */
  get capacity(): number {
    return this.cache.places - STRETCH - this.virtual.prefix - this.virtual.prompt
  }
  /** Whether it can go on from what the other has put in their cache. */
  continues(other: Decoder): boolean {
    return [this, other].every(({ virtual }) => virtual.prefix + virtual.prompt === 0)
  }
  /** Values of inputs other than the text: weights of adapters. */
  set(settings: Readonly<Record<string, Float32Array<ArrayBuffer>>>): void {
    this.settings = settings
  }

  /** Reads every prompt; answers the logits (V) after each row's last token. Empty rows are allowed. */
  async prompt(prompts: readonly Int32Array[]): Promise<Float32Array[]> {
    const found = prompts.map(() => new Float32Array(this.vocabulary))
    const longest = Math.max(1, ...prompts.map((p) => p.length))
    for (let at = 0; at < longest; at += STRETCH) {
      const tokens = new Int32Array(this.rows * STRETCH)
      const pass = at === 0 ? this.first : this.read
      const last = new Int32Array(this.rows)
      const ends: number[] = []
      prompts.forEach((p, row) => {
        tokens.set(p.subarray(at, at + STRETCH), row * STRETCH)
        const end = p.length - 1 - at
        last[row] = Math.min(Math.max(end, 0), STRETCH - 1)
        if (end >= 0 && end < STRETCH) ends.push(row)
      })
      const logits = await this.run(pass, tokens, new Int32Array(this.rows).fill(at), last, ends.length > 0)
      for (const row of ends) found[row] = logits.slice(row * this.vocabulary, (row + 1) * this.vocabulary)
    }
    return found
  }

  /** Appends one token to each row at its position; answers the logits after it, (rows, V). */
  async step(tokens: Int32Array<ArrayBuffer>, positions: Int32Array<ArrayBuffer>): Promise<Float32Array> {
    return this.run(this.next, tokens, positions, new Int32Array(this.rows), true)
  }

  /** @param at place of each row's first token in its text. @param last token of each row whose logits are wanted. */
  private async run(pass: Pass, tokens: Int32Array<ArrayBuffer>, at: Int32Array<ArrayBuffer>, last: Int32Array<ArrayBuffer>, wanted: boolean): Promise<Float32Array> {
    const { device } = this.base.gpu
    const { prompt, prefix } = this.virtual
    const front = pass.lead ? prompt : 0
    const places = front + pass.length
    // Rows of the cache: prefix, prompt, then the text. The pass that brings prompt tokens starts before them.
    const start = at.map((n) => prefix + prompt - front + n)
    const positions = Int32Array.from({ length: this.rows * places }, (_, i) => start[Math.floor(i / places)] + (i % places))
    const rows = last.map((n, row) => row * places + front + n)
    const inputs: Record<string, Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer>> = { ...this.settings, tokens, positions, segments: new Int32Array(positions.length), start, rows }
    for (const t of pass.recording.plan.graph.sources) {
      if (t.kind === 'input') device.queue.writeBuffer(pass.recording.place(t).buffer, 0, inputs[t.name])
    }
    replay(device, pass.recording.commands)
    if (!wanted) return new Float32Array(0)
    const [bytes] = await readNow(this.base.memory, [pass.recording.place(pass.logits)])
    return new Float32Array(bytes)
  }

  dispose(): void {
    for (const { recording } of new Set([this.first, this.read, this.next])) recording.dispose()
    if (this.ownCache) this.cache.dispose()
  }
}
