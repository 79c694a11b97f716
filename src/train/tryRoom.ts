// Does a run fit? What it would allocate is allocated, written, and freed again: the only honest answer, since WebGPU tells
// nobody how much memory there is, and some drivers give what they do not have until it is touched.
import { type BufferRequest } from '../gpu/memory.ts'
import { bytesOf } from '../graph/tensor.ts'
import { Fault, toFailure } from '../protocol/failure.ts'
import type { RoomReport } from '../protocol/machine.ts'
import type { Recipe } from '../protocol/recipe.ts'
import type { Base } from './base.ts'
import { runNeeds } from './estimate.ts'
import { offerRoom } from './offerRoom.ts'
import { weightBytes } from './weights.ts'

/** Bytes that are asked for at once: small enough to tell how far it went. */
const GROUP_BYTES = 64 * 2 ** 20

export async function tryRoom(base: Base, recipe: Recipe, shapes: readonly { readonly B: number; readonly T: number }[]): Promise<RoomReport> {
  const { plan, weights, states } = runNeeds(base, recipe, shapes)
  const [missing, present] = [weights.filter((e) => !base.weights.shared.has(e.name)), weights.filter((e) => base.weights.shared.has(e.name))]
  const requests: BufferRequest[] = [
    ...missing.map((e) => ({ label: e.name, bytes: weightBytes(base, [e]), memory: 'weights' as const })),
    ...[...states].map(([label, bytes]) => ({ label, bytes, memory: 'trainable' as const })),
    ...plan.slots.map(({ bytes, saved }, i) => ({ label: `slot ${i}`, bytes, memory: saved ? ('activations' as const) : ('workspace' as const) })),
    ...plan.graph.sources.filter((t) => t.kind !== 'weight' && t.kind !== 'state').map((t) => ({ label: t.name, bytes: bytesOf(t), memory: 'workspace' as const })),
  ]
  const wantedBytes = requests.reduce((n, r) => n + r.bytes, 0)
  const presentBytes = weightBytes(base, present)
  const given: GPUBuffer[] = []
  let grantedBytes = 0
  try {
    for (const group of grouped(requests)) {
      const buffers = await base.memory.allocate(group)
      given.push(...buffers)
      await touch(base, buffers)
      grantedBytes += group.reduce((n, r) => n + r.bytes, 0)
    }
    return { wantedBytes, grantedBytes, presentBytes }
  } catch (error) {
    return { wantedBytes, grantedBytes, presentBytes, failure: toFailure(offerRoom(error, recipe.training)) }
  } finally {
    base.memory.free(given)
  }
}

/** In the order given, each group within the bytes or of one request. */
function grouped(requests: readonly BufferRequest[]): BufferRequest[][] {
  const groups: BufferRequest[][] = []
  let bytes = Infinity
  for (const request of requests) {
    if (bytes + request.bytes > GROUP_BYTES) {
      groups.push([])
      bytes = 0
    }
    groups.at(-1)!.push(request)
    bytes += request.bytes
  }
  return groups
}

/** Has the device write every byte, so that what it gave is there. */
async function touch({ gpu }: Base, buffers: readonly GPUBuffer[]): Promise<void> {
  const { device } = gpu
  device.pushErrorScope('out-of-memory')
  const encoder = device.createCommandEncoder()
  for (const buffer of buffers) encoder.clearBuffer(buffer)
  device.queue.submit([encoder.finish()])
  const [error] = await Promise.all([device.popErrorScope(), device.queue.onSubmittedWorkDone()])
  const lost = gpu.lost.happened ? gpu.lost.reason : undefined
  if (error || lost !== undefined) throw new Fault('out-of-memory', 'The GPU promised the memory and could not keep it.', 'Choose a smaller batch, a shorter longest row or a smaller model, or close other tabs that use the GPU.', error?.message ?? lost)
}
