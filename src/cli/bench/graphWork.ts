// A graph of our engine as something to time: its sources are on the GPU, a run replays its recording.
import { packValues, unpackValues } from '../../engine/pack.ts'
import { plan } from '../../engine/plan.ts'
import { readNow } from '../../engine/readback.ts'
import { record, type Recording } from '../../engine/record.ts'
import { replay } from '../../engine/replay.ts'
import { chooseTuned, clockStopwatch, tune } from '../../engine/tune.ts'
import type { Gpu } from '../../gpu/device.ts'
import { Memory } from '../../gpu/memory.ts'
import { Pipelines } from '../../gpu/pipelines.ts'
import type { Graph } from '../../graph/graph.ts'
import type { Tensor } from '../../graph/tensor.ts'
import type { Work } from './peers/peer.ts'

/** What graphs of one device share. */
export interface Bed {
  readonly gpu: Gpu
  readonly memory: Memory
  readonly pipelines: Pipelines
}

export const bedOf = (gpu: Gpu): Bed => ({ gpu, memory: new Memory(gpu.device), pipelines: new Pipelines(gpu.device) })

export async function graphWork({ gpu, memory, pipelines }: Bed, g: Graph, sources: ReadonlyMap<Tensor, ArrayLike<number>>, ys: readonly Tensor[]): Promise<Work> {
  const planned = plan(g, ys)
  // As a run does: kernels are chosen by measuring, except where compiling them would take longest.
  if (!gpu.info.software) await tune(gpu, planned, clockStopwatch(gpu, memory, pipelines))
  const recording = await record(planned, memory, pipelines, new Map(), { choose: chooseTuned(gpu) })
  for (const [t, values] of sources) gpu.device.queue.writeBuffer(recording.place(t).buffer, 0, packValues(values, t.dtype))
  return {
    run: (times) => replayed(gpu.device, recording, times),
    async result() {
      await replayed(gpu.device, recording, 1)
      const parts = await readNow(memory, ys.map((y) => recording.place(y)))
      return Float32Array.from(parts.flatMap((bytes, i) => [...unpackValues(bytes, ys[i])]))
    },
    dispose: () => recording.dispose(),
  }
}

/** Resolves when the GPU has run the recording `times` times in a row. */
export async function replayed(device: GPUDevice, recording: Pick<Recording, 'commands'>, times: number): Promise<void> {
  const commands = Array.from({ length: times }, () => recording.commands).flat()
  replay(device, commands)
  await device.queue.onSubmittedWorkDone()
}
