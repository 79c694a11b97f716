// What the frozen base makes of a text: the mean of its last hidden states over the text's tokens, scaled to a root mean
// square of 1, so that texts of any length and models of any size give numbers of the same kind.
import { promptIds } from '../data/prompt.ts'
import { plan } from '../engine/plan.ts'
import { readNow } from '../engine/readback.ts'
import { record } from '../engine/record.ts'
import { replay, writeInputs } from '../engine/replay.ts'
import { roundedLength } from '../data/batches.ts'
import { subjectOf, type Base } from './base.ts'
import { traceHidden } from './step.ts'

/** One vector (C) a text, read as plain text without a chat template; a text longer than the context counts up to there. */
export async function embedTexts(base: Base, texts: readonly string[]): Promise<Float32Array<ArrayBuffer>[]> {
  const { hidden: width, contextLength } = base.family.dimensions(base.config)
  const subject = subjectOf(base, [])
  await base.weights.load(subject.census.weights)
  const read = texts.map((text) => promptIds(text, base.tokenizer(), {}).slice(0, contextLength))
  const T = Math.min(contextLength, roundedLength(Math.max(1, ...read.map((ids) => ids.length))))
  const { graph, hidden } = traceHidden(subject, { batch: 1, length: T, lead: true })
  const recording = await record(plan(graph, [hidden]), base.memory, base.pipelines, new Map(base.weights.shared), { choose: base.choose })
  try {
    const found: Float32Array<ArrayBuffer>[] = []
    for (const ids of read) {
      writeInputs(base.gpu.device, recording, {
        tokens: Int32Array.from({ length: T }, (_, i) => ids[i] ?? 0),
        positions: Int32Array.from({ length: T }, (_, i) => i),
        segments: Int32Array.from({ length: T }, (_, i) => (i < ids.length ? 0 : -1)),
        'token types': new Int32Array(T),
      })
      replay(base.gpu.device, recording.commands)
      const [bytes] = await readNow(base.memory, [recording.place(hidden)])
      found.push(meanOf(new Float32Array(bytes), ids.length, width))
    }
    return found
  } finally {
    recording.dispose()
  }
}

function meanOf(states: Float32Array, count: number, width: number): Float32Array<ArrayBuffer> {
  const mean = new Float64Array(width)
  for (let i = 0; i < count * width; i++) mean[i % width] += states[i] / count
  const size = Math.sqrt(mean.reduce((n, x) => n + x * x, 0) / width)
  return Float32Array.from(mean, (x) => (size > 0 ? x / size : 0))
}
