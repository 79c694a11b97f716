// Lends slot buffers to recordings that never run at the same time (one queue), so that ten shapes cost little more memory
// than the largest. A buffer serves any slot that is no larger than it.
import type { Memory, MemoryClass } from '../gpu/memory.ts'

export interface SlotRequest {
  readonly bytes: number
  readonly memory: MemoryClass
}

export class SlotPool {
  /** Largest first. */
  private readonly buffers: GPUBuffer[] = []
  constructor(private readonly memory: Memory) {}

  /** One buffer per request, all different. Record the largest shape first, and the rest will fit into its buffers. */
  async lend(requests: readonly SlotRequest[]): Promise<GPUBuffer[]> {
    const order = requests.map((_, i) => i).toSorted((a, b) => requests[b].bytes - requests[a].bytes)
    const lent = new Array<GPUBuffer | undefined>(requests.length)
    // Going down in size, the k-th largest request takes the k-th largest buffer if it fits.
    let next = 0
    for (const i of order) {
      if (next < this.buffers.length && this.buffers[next].size >= requests[i].bytes) lent[i] = this.buffers[next++]
    }
    const missing = order.filter((i) => !lent[i])
    const made = await this.memory.allocate(missing.map((i) => ({ label: `slot of ${requests[i].bytes} bytes`, bytes: requests[i].bytes, memory: requests[i].memory })))
    missing.forEach((i, k) => (lent[i] = made[k]))
    this.buffers.push(...made)
    this.buffers.sort((a, b) => b.size - a.size)
    return lent as GPUBuffer[]
  }

  dispose(): void {
    this.memory.free(this.buffers)
    this.buffers.length = 0
  }
}
