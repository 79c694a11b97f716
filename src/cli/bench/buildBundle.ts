// Packs the bench over Dawn into one module that imports nothing but `webgpu` and Node's own, jax-js and TensorFlow.js inside it.
// onnxruntime-web needs its WebAssembly beside it, so there it is left out.
import { rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { defines } from '../../../scripts/defines.mjs'
import { commit, peerVersions } from './machineFacts.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const folder = resolve(root, '.cache/bench-bundle')

export async function buildBundle(file: string): Promise<void> {
  await build({
    root,
    configFile: false,
    define: { ...defines, 'process.env.TUNESMITH_COMMIT': JSON.stringify(commit()), 'process.env.TUNESMITH_PEERS': JSON.stringify(JSON.stringify(peerVersions(['jax-js', 'tfjs']))) },
    logLevel: 'warn',
    publicDir: false,
    ssr: { noExternal: true, external: ['webgpu'] },
    build: {
      ssr: 'src/cli/bench/bundleEntry.ts',
      outDir: folder,
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      chunkSizeWarningLimit: 100_000,
      rolldownOptions: { external: ['webgpu', 'onnxruntime-web', 'onnxruntime-web/webgpu'], output: { entryFileNames: 'bench.mjs', codeSplitting: false } },
    },
  })
  await rename(resolve(folder, 'bench.mjs'), resolve(file))
  await rm(folder, { recursive: true, force: true })
  console.log(`written: ${file}; it wants the folder public/starter beside it, called starter`)
}
