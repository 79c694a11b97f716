// What inChromium.ts opens: the same measurements, on the page's own WebGPU.
import { bytesSource } from '../../files/byteSource.ts'
import { openGpu } from '../../gpu/device.ts'
import { adapterFacts, refuseSoftware } from './adapterFacts.ts'
import { measureAll } from './measureAll.ts'
import type { BenchOptions } from './options.ts'
import { openPeers } from './peers/openPeers.ts'
import type { Measured } from './report.ts'
import { watchGpu } from './watchGpu.ts'

/** What the driver puts in, and what it calls. */
export interface BenchPage {
  say(text: string): Promise<void>
  /** Processor milliseconds of the whole browser. */
  cpuMs(): Promise<number>
  bench(options: BenchOptions, starter: readonly string[]): Promise<Measured>
}

const page = globalThis as unknown as BenchPage

page.bench = async (options, starter) => {
  const say = (text: string): void => void page.say(text)
  const adapter = adapterFacts(await openGpu())
  refuseSoftware(adapter, options.software)
  watchGpu()
  const findings = await measureAll(
    {
      open: () => openGpu(),
      software: adapter.software,
      peers: await openPeers(options.peers, say),
      rounds: options.rounds,
      leastMs: adapter.software ? 100 : 20,
      quick: options.quick,
      patient: options.patient,
      cpu: adapter.software ? () => page.cpuMs() : undefined,
      threadMs: () => performance.now(),
      readStarter: async () => new Map(await Promise.all(starter.map(async (name) => [name, bytesSource(new Uint8Array(await (await fetch(`starter/${name}`)).arrayBuffer()), name)] as const))),
      say,
    },
    options.only,
  )
  const version = /Chrom(?:e|ium)\/([\d.]+)/.exec(navigator.userAgent)?.[1] ?? ''
  return { adapter, host: `headless Chromium ${version}`, findings }
}
