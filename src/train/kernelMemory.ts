// Keeps what the tuner found over reloads, and keeps it from measuring where the person said so.
import { adapterName, tunedOn } from '../engine/tune.ts'
import type { Gpu } from '../gpu/device.ts'
import type { KernelNote } from '../protocol/machine.ts'
import type { Storage } from '../storage/storage.ts'
import type { Tuning } from './base.ts'

export class KernelMemory {
  private measures = true
  private readonly recalled = new Map<string, Promise<void>>()

  constructor(
    private readonly storage: Pick<Storage, 'kernels'>,
    private readonly version: string,
  ) {}

  /** How a base on this device shall be tuned. Without storage, as if nothing had been measured. */
  async tuning(gpu: Gpu): Promise<Tuning> {
    await this.recall(gpu)
    const name = adapterName(gpu)
    return {
      wanted: () => this.measures && !gpu.info.software,
      onMeasured: (tuned) => void this.storage.kernels.keep(name, this.version, tuned).catch(() => undefined),
    }
  }

  async note(gpu: Gpu): Promise<KernelNote> {
    await this.recall(gpu)
    return { measures: this.measures, known: tunedOn(gpu).size, software: gpu.info.software }
  }

  async measure(gpu: Gpu, on: boolean): Promise<KernelNote> {
    await this.recall(gpu)
    await this.storage.kernels.measure(on)
    this.measures = on
    if (!on) tunedOn(gpu).clear()
    return this.note(gpu)
  }

  private recall(gpu: Gpu): Promise<void> {
    const name = adapterName(gpu)
    const read = async (): Promise<void> => {
      const { kernels } = this.storage
      const [measures, choices] = await Promise.all([kernels.isMeasured(), kernels.recall(name, this.version)])
      this.measures = measures
      for (const [key, index] of choices) tunedOn(gpu).set(key, index)
    }
    const known = this.recalled.get(name) ?? read().catch(() => undefined)
    this.recalled.set(name, known)
    return known
  }
}
