// Logits at chosen places of one batch, in one forward pass without dropout: for comparison with other libraries.
import type { Batch } from '../data/batches.ts'
import { plan } from '../engine/plan.ts'
import { readNow } from '../engine/readback.ts'
import { record } from '../engine/record.ts'
import { replay } from '../engine/replay.ts'
import type { Base } from './base.ts'
import type { Params } from './params.ts'
import { traceLogits, type Subject } from './step.ts'
import { placeVirtual, pooledFirst, virtualTokens } from './virtualTokens.ts'

/** @param rows places in the flat batch; answers (rows, V) */
export async function computeLogits(base: Base, subject: Subject, params: Params | undefined, batch: Pick<Batch, 'B' | 'T' | 'tokens' | 'positions' | 'segments' | 'task' | 'tokenTypes'>, rows: Int32Array<ArrayBuffer>): Promise<Float32Array> {
  const { graph, logits } = traceLogits(subject, { batch: batch.B, length: batch.T, lead: true }, rows.length)
  const shared = new Map([...base.weights.shared, ...(params?.shared ?? [])])
  const recording = await record(plan(graph, [logits]), base.memory, base.pipelines, shared, { choose: base.choose })
  try {
    const { positions, segments, keySegments, tokenTypes, row } = placeVirtual(batch, virtualTokens(subject.attachments), pooledFirst(subject))
    const inputs: Record<string, Int32Array<ArrayBuffer>> = { tokens: batch.tokens, positions, segments, 'key segments': keySegments, 'token types': tokenTypes, rows: rows.map(row), task: Int32Array.of(batch.task ?? 0) }
    for (const t of graph.sources) if (t.kind === 'input') base.gpu.device.queue.writeBuffer(recording.place(t).buffer, 0, inputs[t.name])
    replay(base.gpu.device, recording.commands)
    const [bytes] = await readNow(base.memory, [recording.place(logits)])
    return new Float32Array(bytes)
  } finally {
    recording.dispose()
  }
}
