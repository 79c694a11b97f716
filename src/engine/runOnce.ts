// Plans, records and runs a graph once, then reads tensors back: for tests and small one-off computations.
import { Memory } from '../gpu/memory.ts'
import { Pipelines } from '../gpu/pipelines.ts'
import type { Graph } from '../graph/graph.ts'
import { bytesOf, type Tensor } from '../graph/tensor.ts'
import { packValues, unpackValues } from './pack.ts'
import { plan } from './plan.ts'
import { readNow } from './readback.ts'
import { record, type Choose, type Placed } from './record.ts'
import { replay } from './replay.ts'

/**
 * @param sources values of every input, weight and state, by tensor name; bytes are uploaded as they are
 * @param keep tensors to read back, in order; states show their updated values
 */
export async function runOnce(
  device: GPUDevice,
  graph: Graph,
  sources: ReadonlyMap<string, ArrayLike<number>>,
  keep: readonly Tensor[],
  pipelines = new Pipelines(device),
  choose?: Choose,
): Promise<ArrayLike<number>[]> {
  const memory = new Memory(device)
  const persistent = graph.sources.filter((t) => t.kind === 'weight' || t.kind === 'state')
  const buffers = await memory.allocate(persistent.map((t) => ({ label: t.name, bytes: bytesOf(t), memory: 'weights' as const })))
  const shared = new Map<string, Placed>(persistent.map((t, i) => [t.name, { buffer: buffers[i], offset: 0, size: bytesOf(t) }]))
  const recording = await record(plan(graph, keep), memory, pipelines, shared, choose ? { choose } : {})
  try {
    for (const t of graph.sources) {
      const values = sources.get(t.name)
      if (values) device.queue.writeBuffer(recording.place(t).buffer, 0, values instanceof Uint8Array ? (values as Uint8Array<ArrayBuffer>) : packValues(values, t.dtype))
    }
    device.pushErrorScope('validation')
    replay(device, recording.commands)
    const error = await device.popErrorScope()
    if (error) throw new Error(error.message)
    const raw = await readNow(memory, keep.map((t) => recording.place(t)))
    return raw.map((bytes, i) => unpackValues(bytes, keep[i]))
  } finally {
    recording.dispose()
    memory.free(buffers)
  }
}
