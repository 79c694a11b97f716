// Picks among a dispatch and its alternatives. What the device cannot run is never offered; of the rest, GPUs take the first
// that suits them, software adapters the last. The first of a dispatch needs nothing and runs everywhere.
import type { Gpu } from '../gpu/device.ts'
import type { Dispatch } from '../graph/op.ts'
import type { Choose } from './record.ts'

/**
 * Those that this device can run, the first always among them. Of kernels written for different sizes of a subgroup only
 * the largest that fits is offered.
 */
export function offered({ device, adapter }: Pick<Gpu, 'device' | 'adapter'>, options: readonly Dispatch[]): Dispatch[] {
  const least = adapter.info.subgroupMinSize ?? 0
  const able = options.filter((d) => (d.needs ?? []).every((f) => device.features.has(f)) && (d.lanes ?? 0) <= least)
  const most = Math.max(...able.map((d) => d.lanes ?? 0))
  return able.filter((d) => d.lanes === undefined || d.lanes === most)
}

export function chooseKernel(gpu: Pick<Gpu, 'device' | 'adapter' | 'info'>): Choose {
  const { software } = gpu.info
  return (options) => {
    const suited = offered(gpu, options).filter((d) => d.suits === undefined || d.suits === (software ? 'software' : 'gpu'))
    return (software ? suited.at(-1) : suited[0]) ?? options[0]
  }
}
