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

/** Tokens of a prompt read at once. */
const STRETCH = 32

interface Pass {
  readonly recording: Recording
  readonly logits: Tensor
}

export class Decoder {
  private constructor(
    private readonly base: Base,
    readonly rows: number,
    readonly capacity: number,
    private readonly vocabulary: number,
    private readonly caches: readonly GPUBuffer[],
    private readonly read: Pass,
    private readonly next: Pass,
  ) {}

  /** @param capacity tokens a row can hold, prompt and answer together */
  static async make(base: Base, subject: Subject, params: Params | undefined, rows: number, capacity: number): Promise<Decoder> {
    // A stretch may overhang the end of a prompt; what it writes there is overwritten or invisible.
    const cache = capacity + STRETCH
    const trace = (length: number) => traceLogits(subject, { batch: rows, length, cache }, rows)
    const [read, next] = [trace(STRETCH), trace(1)]
    const states = read.graph.sources.filter((t) => t.kind === 'state' && t.name.startsWith('cache.'))
    const caches = await base.memory.allocate(states.map((t) => ({ label: t.name, bytes: bytesOf(t), memory: 'workspace' as const })))
    const shared = new Map<string, Placed>([
      ...base.weights.shared,
      ...(params?.shared ?? []),
      ...states.map((t, i): [string, Placed] => [t.name, { buffer: caches[i], offset: 0, size: bytesOf(t) }]),
    ])
    const passOf = async ({ graph, logits }: typeof read): Promise<Pass> => ({
      recording: await record(plan(graph, [logits]), base.memory, base.pipelines, shared, { choose: chooseKernel(base.gpu) }),
      logits,
    })
    try {
      const [a, b] = [await passOf(read), await passOf(next)]
      return new Decoder(base, rows, capacity, subject.family.dimensions(subject.config).vocabulary, caches, a, b)
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
      const last = new Int32Array(this.rows)
      const ends: number[] = []
      prompts.forEach((p, row) => {
        tokens.set(p.subarray(at, at + STRETCH), row * STRETCH)
        const end = p.length - 1 - at
        last[row] = row * STRETCH + Math.min(Math.max(end, 0), STRETCH - 1)
        if (end >= 0 && end < STRETCH) ends.push(row)
      })
      const logits = await this.run(this.read, tokens, new Int32Array(this.rows).fill(at), STRETCH, last, ends.length > 0)
      for (const row of ends) found[row] = logits.slice(row * this.vocabulary, (row + 1) * this.vocabulary)
    }
    return found
  }

  /** Appends one token to each row at its position; answers the logits after it, (rows, V). */
  async step(tokens: Int32Array<ArrayBuffer>, positions: Int32Array<ArrayBuffer>): Promise<Float32Array> {
    return this.run(this.next, tokens, positions, 1, Int32Array.from({ length: this.rows }, (_, i) => i), true)
  }

  private async run(pass: Pass, tokens: Int32Array<ArrayBuffer>, start: Int32Array<ArrayBuffer>, length: number, rows: Int32Array<ArrayBuffer>, wanted: boolean): Promise<Float32Array> {
    const { device } = this.base.gpu
    const positions = Int32Array.from({ length: this.rows * length }, (_, i) => start[Math.floor(i / length)] + (i % length))
    const inputs: Record<string, Int32Array<ArrayBuffer>> = { tokens, positions, segments: new Int32Array(tokens.length), start, rows }
    for (const t of pass.recording.plan.graph.sources) {
      if (t.kind === 'input') device.queue.writeBuffer(pass.recording.place(t).buffer, 0, inputs[t.name])
    }
    replay(device, pass.recording)
    if (!wanted) return new Float32Array(0)
    const [bytes] = await readNow(this.base.memory, [pass.recording.place(pass.logits)])
    return new Float32Array(bytes)
  }

  dispose(): void {
    this.read.recording.dispose()
    this.next.recording.dispose()
    this.base.memory.free(this.caches)
  }
}
