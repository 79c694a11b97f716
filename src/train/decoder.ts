// Cached generation: prompts are read in stretches, then one token at a time, several rows at once. Keys and values stay on
// the GPU. Rows may differ in length: a row's own `start` says where its next token goes, and what lies beyond is invisible.
import { chooseKernel } from '../engine/chooseKernel.ts'
import { plan } from '../engine/plan.ts'
import { readNow } from '../engine/readback.ts'
import { record, type Placed, type Recording } from '../engine/record.ts'
import { replay } from '../engine/replay.ts'
import type { Tensor } from '../graph/tensor.ts'
import { bytesOf } from '../graph/tensor.ts'
import type { Base } from './base.ts'
import type { Params } from './params.ts'
import { traceLogits, type Subject } from './step.ts'
import { virtualTokens, type VirtualTokens } from './virtualTokens.ts'

/** Tokens of a prompt read at once. */
const STRETCH = 32

interface Pass {
  readonly recording: Recording
  readonly logits: Tensor
  /** Tokens of a row that it reads. */
  readonly length: number
  /** Whether it also puts the methods' virtual tokens in front. */
  readonly lead: boolean
}

export class Decoder {
  private constructor(
    private readonly base: Base,
    readonly rows: number,
    readonly capacity: number,
    private readonly vocabulary: number,
    private readonly caches: readonly GPUBuffer[],
    private readonly virtual: VirtualTokens,
    private readonly first: Pass,
    private readonly read: Pass,
    private readonly next: Pass,
  ) {}

  /** @param capacity tokens a row can hold, prompt and answer together */
  static async make(base: Base, subject: Subject, params: Params | undefined, rows: number, capacity: number): Promise<Decoder> {
    // A stretch may overhang the end of a prompt; what it writes there is overwritten or invisible.
    const virtual = virtualTokens(subject.attachments)
    const cache = virtual.prefix + virtual.prompt + capacity + STRETCH
    const trace = (length: number, lead: boolean) => ({ ...traceLogits(subject, { batch: rows, length, cache, lead }, rows), length, lead })
    const [first, read, next] = [trace(STRETCH, true), trace(STRETCH, false), trace(1, false)]
    const states = read.graph.sources.filter((t) => t.kind === 'state' && t.name.startsWith('cache.'))
    const caches = await base.memory.allocate(states.map((t) => ({ label: t.name, bytes: bytesOf(t), memory: 'workspace' as const })))
    const shared = new Map<string, Placed>([
      ...base.weights.shared,
      ...(params?.shared ?? []),
      ...states.map((t, i): [string, Placed] => [t.name, { buffer: caches[i], offset: 0, size: bytesOf(t) }]),
    ])
    const passOf = async ({ graph, logits, length, lead }: typeof read): Promise<Pass> => ({
      recording: await record(plan(graph, [logits]), base.memory, base.pipelines, shared, { choose: chooseKernel(base.gpu) }),
      logits,
      length,
      lead,
    })
    try {
      const [again, one] = [await passOf(read), await passOf(next)]
      // Without virtual tokens the first stretch is read like the others.
      const opening = virtual.prefix + virtual.prompt > 0 ? await passOf(first) : again
      return new Decoder(base, rows, capacity, subject.family.dimensions(subject.config).vocabulary, caches, virtual, opening, again, one)
    } catch (error) {
      base.memory.free(caches)
      throw error
    }
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
    const inputs: Record<string, Int32Array<ArrayBuffer>> = { tokens, positions, segments: new Int32Array(positions.length), start, rows }
    for (const t of pass.recording.plan.graph.sources) {
      if (t.kind === 'input') device.queue.writeBuffer(pass.recording.place(t).buffer, 0, inputs[t.name])
    }
    replay(device, pass.recording)
    if (!wanted) return new Float32Array(0)
    const [bytes] = await readNow(this.base.memory, [pass.recording.place(pass.logits)])
    return new Float32Array(bytes)
  }

  dispose(): void {
    this.first.recording.dispose()
    this.read.recording.dispose()
    this.next.recording.dispose()
    this.base.memory.free(this.caches)
  }
}
