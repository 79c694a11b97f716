// Scores of classes for texts, in batches, through recordings that are kept by length.
import { roundedLength } from '../data/batches.ts'
import { chooseKernel } from '../engine/chooseKernel.ts'
import { plan } from '../engine/plan.ts'
import { readNow } from '../engine/readback.ts'
import { record, type Recording } from '../engine/record.ts'
import { replay } from '../engine/replay.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Base } from './base.ts'
import type { Params } from './params.ts'
import { traceLogits, type Subject } from './step.ts'
import { placeVirtual, pooledFirst, virtualTokens } from './virtualTokens.ts'

const ROWS = 8

export class ClassScores {
  private readonly recordings = new Map<number, { recording: Recording; logits: Tensor }>()
  constructor(
    private readonly base: Base,
    private readonly subject: Subject,
    private readonly params: Params | undefined,
    private readonly rows = ROWS,
  ) {}

  /** Probabilities of every class, for each text's ids, in the order given. */
  async of(texts: readonly Int32Array[], onProgress: (done: number) => void = () => undefined, cancelled: () => boolean = () => false): Promise<Float32Array[]> {
    // Texts of like length share a batch.
    const order = [...texts.keys()].toSorted((a, b) => texts[a].length - texts[b].length)
    const found: Float32Array[] = []
    for (let at = 0; at < order.length && !cancelled(); at += this.rows) {
      const some = order.slice(at, at + this.rows)
      const logits = await this.batch(some.map((i) => texts[i]))
      const classes = logits.length / this.rows
      for (const [b, i] of some.entries()) found[i] = softmax(logits.subarray(b * classes, (b + 1) * classes))
      onProgress(Math.min(at + this.rows, order.length))
    }
    return found
  }

  private async batch(texts: readonly Int32Array[]): Promise<Float32Array> {
    const { base, rows: B, subject } = this
    const T = roundedLength(Math.max(...texts.map((t) => t.length)))
    const { recording, logits } = await this.prepare(T)
    const tokens = new Int32Array(B * T)
    const positions = new Int32Array(B * T)
    const segments = new Int32Array(B * T).fill(-1)
    const first = subject.family.pooled === 'first'
    const places = new Int32Array(B)
    for (const [b, ids] of texts.entries()) {
      tokens.set(ids, b * T)
      for (let i = 0; i < ids.length; i++) positions[b * T + i] = i
      segments.fill(0, b * T, b * T + ids.length)
      places[b] = b * T + (first ? 0 : ids.length - 1)
    }
    const placed = placeVirtual({ B, T, positions, segments }, virtualTokens(subject.attachments), pooledFirst(subject))
    const inputs: Record<string, Int32Array<ArrayBuffer>> = {
      tokens,
      positions: placed.positions,
      segments: placed.segments,
      'key segments': placed.keySegments,
      'token types': placed.tokenTypes,
      rows: places.map(placed.row),
      task: new Int32Array(1),
    }
    for (const t of recording.plan.graph.sources) if (t.kind === 'input') base.gpu.device.queue.writeBuffer(recording.place(t).buffer, 0, inputs[t.name])
    replay(base.gpu.device, recording)
    const [bytes] = await readNow(base.memory, [recording.place(logits)])
    return new Float32Array(bytes)
  }

  private async prepare(length: number): Promise<{ recording: Recording; logits: Tensor }> {
    const known = this.recordings.get(length)
    if (known) return known
    const { base, subject, params, rows } = this
    const { graph, logits } = traceLogits(subject, { batch: rows, length, lead: true }, rows)
    const recording = await record(plan(graph, [logits]), base.memory, base.pipelines, new Map([...base.weights.shared, ...(params?.shared ?? [])]), { choose: chooseKernel(base.gpu) })
    const made = { recording, logits }
    this.recordings.set(length, made)
    return made
  }

  dispose(): void {
    for (const { recording } of this.recordings.values()) recording.dispose()
  }
}

function softmax(logits: Float32Array): Float32Array {
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const weights = logits.map((x) => Math.exp(x - most))
  const sum = weights.reduce((a, b) => a + b, 0)
  return weights.map((w) => w / sum)
}
