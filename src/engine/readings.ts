// Numbers of several steps, brought back from the GPU together: a read-back costs a fast GPU as much as many kernels, whether it
// carries one number or a thousand. Steps put theirs side by side in a staging buffer; another one is filled while it travels.
import type { Memory } from '../gpu/memory.ts'
import { Fault } from '../protocol/failure.ts'
import { Ring } from './readback.ts'

export interface Arrived {
  readonly numbers: Float32Array
  /** Milliseconds of GPU work per slot of the same read-back. */
  readonly ms: number
}

export interface Slot {
  readonly buffer: GPUBuffer
  /** Bytes from the buffer's start. */
  readonly offset: number
  readonly arrived: Promise<Arrived>
}

interface Filling {
  readonly buffer: GPUBuffer
  readonly began: number
  used: number
  readonly read: () => void
  readonly arrived: Promise<{ readonly bytes: ArrayBuffer; readonly ms: number }>
}

export class Readings {
  private filling: Filling | undefined
  private readonly travelling = new Set<Promise<unknown>>()
  private lastArrived = 0

  private constructor(
    private readonly ring: Ring,
    private readonly width: number,
    private readonly most: number,
  ) {}

  /**
   * @param width f32 numbers of a slot
   * @param most slots of one read-back
   */
  static async make(memory: Memory, width: number, most: number): Promise<Readings> {
    return new Readings(await Ring.make(memory, 4 * width * most), width, most)
  }

  /** Room for the numbers of one step; waits while all buffers travel. `submitted` follows, once they are copied there. */
  async take(): Promise<Slot> {
    const filling = (this.filling ??= await this.begin())
    const at = 4 * this.width * filling.used++
    const arrived = filling.arrived.then(({ bytes, ms }) => ({ numbers: new Float32Array(bytes, at, this.width), ms }))
    // Marked as handled: a step that fails before its numbers are copied awaits none.
    arrived.catch(() => undefined)
    return { buffer: filling.buffer, offset: at, arrived }
  }

  /** The copies into the slot taken last are submitted. @param hold whether its numbers may wait for those of the next */
  submitted(hold = false): void {
    if (!hold || this.filling?.used === this.most) this.read()
  }

  /** Reads what waits. */
  read(): void {
    this.filling?.read()
    this.filling = undefined
  }

  private async begin(): Promise<Filling> {
    for (;;) {
      const buffer = this.ring.take()
      if (buffer) return this.fill(buffer)
      const [oldest] = this.travelling
      // The reads of a lost device fail, and their buffers never come back.
      if (!oldest) throw new Fault('device-lost', 'The GPU stopped answering.', 'Continue from the last checkpoint.')
      await oldest
    }
  }

  private fill(buffer: GPUBuffer): Filling {
    let read = (): void => undefined
    const told = new Promise<void>((go) => (read = go))
    const bring = async (): Promise<{ bytes: ArrayBuffer; ms: number }> => {
      await told
      const bytes = await this.ring.read(buffer)
      const now = performance.now()
      const ms = (now - Math.max(filling.began, this.lastArrived)) / filling.used
      this.lastArrived = now
      return { bytes, ms }
    }
    const arrived = bring()
    const filling: Filling = { buffer, began: performance.now(), used: 0, read, arrived }
    const settled: Promise<unknown> = arrived.catch(() => undefined).finally(() => this.travelling.delete(settled))
    this.travelling.add(settled)
    return filling
  }

  dispose(): void {
    this.ring.dispose()
  }
}
