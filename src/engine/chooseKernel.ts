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

export function chooseKernel(gpu: Pick<Gpu, 'device' | 'adapter' | 'info'>): Choose {
  const { software } = gpu.info
  return (options) => {
    const suited = runnable(gpu, options).filter((d) => d.suits === undefined || d.suits === (software ? 'software' : 'gpu'))
    return (software ? suited.at(-1) : suited[0]) ?? options[0]
  }
}
