// A worker of scripts/fuzz.mjs: one target of src/cli/fuzz, until it is done, or ended because it hangs.
import { parentPort, workerData } from 'node:worker_threads'
import { viteModules } from './viteModules.mjs'

const tell = parentPort?.postMessage.bind(parentPort)
const server = await viteModules()
try {
  const { serve } = await server.ssrLoadModule('/src/cli/fuzz/serve.ts')
  await serve(workerData, tell)
} catch (error) {
  // One that cannot be cloned would end the worker without a word.
  tell?.({ kind: 'broken', reason: error instanceof Error ? error.stack : String(error) })
}
await server.close()
