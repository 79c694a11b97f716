// Builds pages for journeys, each into a folder of its own. They are served with the same headers as the product, so that the
// strict policy is met here too.
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { build } from 'vite'
import { defines } from '../scripts/defines.mjs'

const project = fileURLToPath(new URL('..', import.meta.url))

/** Builds the page around the scripted Studio. @param page the folder of its page */
export async function buildHarness(page = 'harness'): Promise<string> {
  const folder = `${project}.cache/${page}`
  // Under a test runner the environment says `test`, and React would come in its slow checking build.
  const environment = process.env['NODE_ENV']
  process.env['NODE_ENV'] = 'production'
  try {
    await build({
      configFile: false,
      root: `${project}e2e/${page}`,
      base: './',
      publicDir: `${project}public`,
      plugins: [react()],
      logLevel: 'warn',
      build: { outDir: folder, emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
    })
  } finally {
    process.env['NODE_ENV'] = environment
  }
  return folder
}

/** Builds the page that has nothing but the real worker, as `window.studio`. @param name of the folder */
export async function buildStudioPage(name: string): Promise<string> {
  const folder = `${project}.cache/${name}`
  await build({
    configFile: false,
    root: `${project}e2e/studioPage`,
    base: './',
    define: defines,
    logLevel: 'error',
    worker: { format: 'es' },
    build: { outDir: folder, emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  })
  return folder
}
