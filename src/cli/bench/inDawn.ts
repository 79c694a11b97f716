// Measures in this process, over Dawn. Other libraries look for `navigator.gpu`: they are given the same Dawn.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readFolder } from '../../files/nodeSource.ts'
import { dawnGpu } from '../../gpu/dawn.ts'
import { openGpu } from '../../gpu/device.ts'
import { adapterFacts, refuseSoftware } from './adapterFacts.ts'
import { measureAll } from './measureAll.ts'
import type { BenchOptions } from './options.ts'
import { openPeers } from './peers/openPeers.ts'
import { openTorch } from './peers/torch.ts'
import type { Measured } from './report.ts'
import { threadMilliseconds } from './threadTime.ts'
import { watchGpu } from './watchGpu.ts'

/** In the checkout, or beside a bundle. */
const starter = (): string => (existsSync('starter') ? 'starter' : fileURLToPath(new URL('../../../public/starter', import.meta.url)))

export async function measureInDawn(options: BenchOptions, say: (text: string) => void): Promise<Measured> {
  // First steps are to be those of a first visit, whatever this machine compiled before.
  process.env['MESA_SHADER_CACHE_DISABLE'] ??= 'true'
  const gpu = await dawnGpu()
  Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: `Node.js/${process.version}`, hardwareConcurrency: 1 }, configurable: true })
  const adapter = adapterFacts(await openGpu(gpu))
  refuseSoftware(adapter, options.software)
  watchGpu()
  const cpu = async (): Promise<number> => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  }
  const torch = options.python === undefined ? [] : await openTorch(options.python)
  const findings = await measureAll(
    {
      open: () => openGpu(gpu),
      software: adapter.software,
      peers: [...(await openPeers(options.peers, say)), ...torch],
      rounds: options.rounds,
      leastMs: adapter.software ? 100 : 20,
      quick: options.quick,
      patient: options.patient,
      // On a real GPU the processor's time is not the work's.
      cpu: adapter.software ? cpu : undefined,
      threadMs: () => threadMilliseconds() ?? performance.now(),
      readStarter: () => readFolder(starter()),
      say,
    },
    options.only,
  )
  return { adapter, host: `Node.js ${process.version}, Dawn`, versions: Object.fromEntries(torch.map(({ name, version }) => [name, version!])), findings }
}
