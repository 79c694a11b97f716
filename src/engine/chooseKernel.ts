// Picks among a dispatch and its alternatives. What the device cannot run is never offered; of the rest, GPUs take the first
// that suits them, software adapters the last. The first of a dispatch needs nothing and runs everywhere.
import type { Gpu } from '../gpu/device.ts'
import type { Dispatch } from '../graph/op.ts'
import type { Choose } from './record.ts'

/** Those that this device can run, the first always among them. */
export function runnable({ device, adapter }: Pick<Gpu, 'device' | 'adapter'>, options: readonly Dispatch[]): Dispatch[] {
  const least = adapter.info.subgroupMinSize ?? 0
  return options.filter((d) => (d.needs ?? []).every((f) => device.features.has(f)) && (d.lanes ?? 0) <= least)
}

/** Those that are meant for an adapter like this one. */
export function suited(gpu: Pick<Gpu, 'device' | 'adapter' | 'info'>, options: readonly Dispatch[]): Dispatch[] {
  return runnable(gpu, options).filter((d) => d.suits === undefined || d.suits === (gpu.info.software ? 'software' : 'gpu'))
}

export function chooseKernel(gpu: Pick<Gpu, 'device' | 'adapter' | 'info'>): Choose {
  return (options) => {
    const list = suited(gpu, options)
    return (gpu.info.software ? list.at(-1) : list[0]) ?? options[0]
  }
}
