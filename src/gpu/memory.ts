// Every GPU buffer of the studio is made here, inside an out-of-memory scope, and counted by class.
// A failed allocation is a sentence with the bytes asked for; an invalid buffer never reaches a kernel.
import { Fault } from '../protocol/failure.ts'

export type MemoryClass = 'weights' | 'trainable' | 'activations' | 'workspace' | 'transfer'

export interface BufferRequest {
  readonly label: string
  readonly bytes: number
  readonly memory: MemoryClass
  readonly usage?: GPUBufferUsageFlags
}

const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`

export class Memory {
  private readonly live = new Map<GPUBuffer, { bytes: number; memory: MemoryClass }>()
  constructor(readonly device: GPUDevice) {}

  /** All or nothing: on failure every buffer of this request is destroyed. */
  async allocate(requests: readonly BufferRequest[]): Promise<GPUBuffer[]> {
    const limit = Math.min(this.device.limits.maxBufferSize, this.device.limits.maxStorageBufferBindingSize)
    const tooLarge = requests.find((r) => r.bytes > limit)
    if (tooLarge)
      throw new Fault('out-of-memory', `${tooLarge.label} needs one buffer of ${mib(tooLarge.bytes)}, and this GPU allows ${mib(limit)}.`, 'Choose a smaller batch, a shorter longest row or a smaller model.')
    this.device.pushErrorScope('out-of-memory')
    this.device.pushErrorScope('validation')
    const made = requests.map((r) => {
      const usage = r.usage ?? GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
      const buffer = this.device.createBuffer({ label: r.label, size: Math.max(16, Math.ceil(r.bytes / 4) * 4), usage })
      this.live.set(buffer, { bytes: buffer.size, memory: r.memory })
      return buffer
    })
    const [invalid, exhausted] = await Promise.all([this.device.popErrorScope(), this.device.popErrorScope()]).catch((error: unknown) => {
      // The scopes of a lost device may answer nothing.
      this.free(made)
      throw error
    })
    const error = exhausted ?? invalid
    if (error) {
      this.free(made)
      const total = requests.reduce((n, r) => n + r.bytes, 0)
      throw new Fault('out-of-memory', `The GPU could not give ${mib(total)} more; ${mib(this.bytes())} are in use.`, 'Choose a smaller batch, a shorter longest row or a smaller model, or close other tabs that use the GPU.', error.message)
    }
    return made
  }

  free(buffers: Iterable<GPUBuffer>): void {
    for (const b of buffers) {
      if (this.live.delete(b)) b.destroy()
    }
  }

  bytes(memory?: MemoryClass): number {
    let n = 0
    for (const b of this.live.values()) if (!memory || b.memory === memory) n += b.bytes
    return n
  }
}
