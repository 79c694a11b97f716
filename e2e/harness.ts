// Builds the page around the scripted Studio into a folder of its own and answers with that folder.
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const from = fileURLToPath(new URL('./harness', import.meta.url))
const project = fileURLToPath(new URL('..', import.meta.url))

export async function buildHarness(): Promise<string> {
  const folder = `${project}.cache/harness`
  await build({
    configFile: `${project}vite.config.ts`,
    root: from,
    publicDir: `${project}public`,
    logLevel: 'warn',
    build: { outDir: folder, emptyOutDir: true },
  })
  return folder
}
