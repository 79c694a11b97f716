// Brings bytes back from the GPU. `readNow` waits (export, tests); `Ring` lets a step's numbers arrive while later steps run.
import type { Memory } from '../gpu/memory.ts'
import type { Placed } from './record.ts'

/** Reads whole places in order; waits for all work submitted before. */
export async function readNow(memory: Memory, places: readonly Placed[]): Promise<ArrayBuffer[]> {
  const { device } = memory
  const total = places.reduce((n, p) => n + p.size, 0)
  const [staging] = await memory.allocate([{ label: 'read-back', bytes: total, memory: 'transfer', usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST }])
  try {
    const encoder = device.createCommandEncoder()
    let at = 0
    for (const p of places) {
      encoder.copyBufferToBuffer(p.buffer, p.offset, staging, at, p.size)
      at += p.size
    }
    device.queue.submit([encoder.finish()])
    await staging.mapAsync(GPUMapMode.READ)
    const mapped = staging.getMappedRange()
    at = 0
    return places.map((p) => {
      const bytes = mapped.slice(at, at + p.size)
      at += p.size
      return bytes
    })
  } finally {
    memory.free([staging])
  }
}

/** A fixed number of staging buffers used in turn, so that reading step k's numbers never stalls step k+1. */
export class Ring {
  private readonly idle: GPUBuffer[]
  private constructor(private readonly memory: Memory, private readonly buffers: GPUBuffer[]) {
    this.idle = [...buffers]
  }
  static async make(memory: Memory, bytes: number, depth = 3): Promise<Ring> {
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST
    return new Ring(memory, await memory.allocate(Array.from({ length: depth }, () => ({ label: 'read-back ring', bytes, memory: 'transfer' as const, usage }))))
  }
  /** A buffer no read is waiting on; undefined when all are in flight. */
  take(): GPUBuffer | undefined {
    return this.idle.pop()
  }
  /** Resolves when the copies into `buffer`, already submitted, are done. */
  async read(buffer: GPUBuffer): Promise<ArrayBuffer> {
    await buffer.mapAsync(GPUMapMode.READ)
    const bytes = buffer.getMappedRange().slice(0)
    buffer.unmap()
    this.idle.push(buffer)
    return bytes
  }
  dispose(): void {
    this.memory.free(this.buffers)
  }
}
