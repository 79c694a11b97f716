// Logits at chosen places of one batch, in one forward pass without dropout: for comparison with other libraries.
import type { Batch } from '../data/batches.ts'
import { plan } from '../engine/plan.ts'
import { readNow } from '../engine/readback.ts'
import { record } from '../engine/record.ts'
import { replay, writeInputs } from '../engine/replay.ts'
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
    const { inputs, row } = placeVirtual(batch, virtualTokens(subject.attachments), pooledFirst(subject))
    writeInputs(base.gpu.device, recording, { tokens: batch.tokens, ...inputs, rows: rows.map(row), task: Int32Array.of(batch.task ?? 0) })
    replay(base.gpu.device, recording.commands)
    const [bytes] = await readNow(base.memory, [recording.place(logits)])
    return new Float32Array(bytes)
  } finally {
    recording.dispose()
  }
}
