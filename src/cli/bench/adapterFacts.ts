// What is said of an adapter in a report, and the refusal to measure one that is no GPU unless told so.
import type { Gpu } from '../../gpu/device.ts'
import { Fault } from '../../protocol/failure.ts'
import type { AdapterFacts } from './report.ts'

export function adapterFacts({ adapter, info: { vendor, architecture, description, software } }: Gpu): AdapterFacts {
  const { subgroupMinSize: least = 0, subgroupMaxSize: most = 0 } = adapter.info
  return { vendor, architecture, description, software, subgroups: [least, most] }
}

export function refuseSoftware({ software, description }: AdapterFacts, allowed: boolean): void {
  if (software && !allowed)
    throw new Fault('no-webgpu', `This machine only has a software adapter, ${description}, which tells nothing about a GPU.`, 'Add --software to measure it all the same.')
}
