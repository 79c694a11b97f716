// Scores of classes for texts or for their words, in batches, through recordings that are kept by length.
import { roundedLength } from '../data/batches.ts'
import { plan } from '../engine/plan.ts'
import { readNow } from '../engine/readback.ts'
import { record, type Recording } from '../engine/record.ts'
import { replay, writeInputs } from '../engine/replay.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Base } from './base.ts'
import type { Params } from './params.ts'
import { traceLogits, type Subject } from './step.ts'
import { placeVirtual, pooledFirst, virtualTokens } from './virtualTokens.ts'

const ROWS = 8

export interface Asked {
  readonly ids: Int32Array
  /** Token types; unsaid: all 0. */
  readonly types?: Int32Array
  /** Tokens whose class is asked; unsaid: the one that stands for the text. */
  readonly places?: readonly number[]
}

interface Prepared {
  readonly recording: Recording
  readonly logits: Tensor
  /** Rows of logits a text: one, or one a token. */
  readonly perText: number
}

export class ClassScores {
  private readonly recordings = new Map<number, Prepared>()
  constructor(
    private readonly base: Base,
    private readonly subject: Subject,
    private readonly params: Params | undefined,
    private readonly rows = ROWS,
  ) {}

  /** Probabilities of every class at each place asked of each text, in the order given; of what was cancelled, nothing. */
  async of(texts: readonly Asked[], onProgress: (done: number) => void = () => undefined, cancelled: () => boolean = () => false): Promise<Float32Array[][]> {
    // Texts of like length share a batch.
    const order = [...texts.keys()].toSorted((a, b) => texts[a].ids.length - texts[b].ids.length)
    const found: Float32Array[][] = []
    for (let at = 0; at < order.length && !cancelled(); at += this.rows) {
      const some = order.slice(at, at + this.rows)
      const { logits, classes, rowOf } = await this.batch(some.map((i) => texts[i]))
      for (const [b, i] of some.entries())
        found[i] = (texts[i].places ?? [0]).map((place) => {
          const row = rowOf(b, place)
          return softmax(logits.subarray(row * classes, (row + 1) * classes))
        })
      onProgress(Math.min(at + this.rows, order.length))
    }
    return found
  }

  private async batch(texts: readonly Asked[]): Promise<{ logits: Float32Array; classes: number; rowOf(text: number, place: number): number }> {
    const { base, rows: B, subject } = this
    const T = roundedLength(Math.max(...texts.map((t) => t.ids.length)))
    const { recording, logits, perText } = await this.prepare(T)
    const tokens = new Int32Array(B * T)
    const positions = new Int32Array(B * T)
    const segments = new Int32Array(B * T).fill(-1)
    const tokenTypes = new Int32Array(B * T)
    const first = subject.family.pooled === 'first'
    const places = Int32Array.from({ length: B * perText }, (_, i) => (perText === 1 ? 0 : i))
    for (const [b, { ids, types }] of texts.entries()) {
      tokens.set(ids, b * T)
      if (types) tokenTypes.set(types, b * T)
      for (let i = 0; i < ids.length; i++) positions[b * T + i] = i
      segments.fill(0, b * T, b * T + ids.length)
      if (perText === 1) places[b] = b * T + (first ? 0 : ids.length - 1)
    }
    const placed = placeVirtual({ B, T, positions, segments, tokenTypes }, virtualTokens(subject.attachments), pooledFirst(subject))
    writeInputs(base.gpu.device, recording, { tokens, ...placed.inputs, rows: places.map(placed.row), task: new Int32Array(1) })
    replay(base.gpu.device, recording.commands)
    const [bytes] = await readNow(base.memory, [recording.place(logits)])
    return { logits: new Float32Array(bytes), classes: logits.shape[1], rowOf: (text, place) => text * perText + (perText === 1 ? 0 : place) }
  }

  private async prepare(length: number): Promise<Prepared> {
    const known = this.recordings.get(length)
    if (known) return known
    const { base, subject, params, rows } = this
    const perText = subject.family.dimensions(subject.config).taskType === 'TOKEN_CLS' ? length : 1
    const { graph, logits } = traceLogits(subject, { batch: rows, length, lead: true }, rows * perText)
    const recording = await record(plan(graph, [logits]), base.memory, base.pipelines, new Map([...base.weights.shared, ...(params?.shared ?? [])]), { choose: base.choose })
    const made = { recording, logits, perText }
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
