// The libraries to measure beside ours. They are development dependencies: where they are absent, ours is measured alone.
import type { Peer } from './peer.ts'

const openers: Readonly<Record<string, () => Promise<Peer>>> = {
  'jax-js': async () => (await import('./jaxJs.ts')).openJaxJs(),
  tfjs: async () => (await import('./tfjs.ts')).openTfjs(),
  'onnxruntime-web': async () => (await import('./onnxRuntimeWeb.ts')).openOnnxRuntimeWeb(),
}

export async function openPeers(names: readonly string[], say: (text: string) => void): Promise<Peer[]> {
  const peers: Peer[] = []
  for (const name of names) {
    try {
      const open = openers[name]
      if (open) peers.push(await open())
    } catch (error) {
      say(`${name} is left out: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return peers
}
