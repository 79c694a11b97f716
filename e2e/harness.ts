// Builds pages for journeys, each into a folder of its own below .cache, and answers with that folder. They are served with the same
// headers as the product, so that the strict policy is met here too. Several journeys in a row build a page once.
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { build, type InlineConfig } from 'vite'
import { isUpToDate } from '../scripts/build.mjs'
import { defines } from '../scripts/defines.mjs'

const project = fileURLToPath(new URL('..', import.meta.url))
const sources = ['src', 'shaders', 'public', 'package-lock.json', 'e2e/harness.ts']

async function built(page: string, own: InlineConfig): Promise<string> {
  const folder = `${project}.cache/${page}`
  if (isUpToDate(`.cache/${page}/index.html`, [...sources, `e2e/${page}`])) return folder
  // Under a test runner the environment says `test`, and React would come in its slow checking build.
  const environment = process.env['NODE_ENV']
  process.env['NODE_ENV'] = 'production'
  try {
    await build({
      configFile: false,
      root: `${project}e2e/${page}`,
      base: './',
      logLevel: 'error',
      build: { outDir: folder, emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
      ...own,
    })
  } finally {
    process.env['NODE_ENV'] = environment
  }
  return folder
}

/** The page around the scripted Studio. @param page the folder of its sources */
export const buildHarness = (page = 'harness'): Promise<string> => built(page, { publicDir: `${project}public`, plugins: [react()] })

/** A page that has nothing but a worker. What a journey puts beside it is its own affair. @param page the folder of its sources */
export const buildWorkerPage = (page: string): Promise<string> => built(page, { define: defines, worker: { format: 'es' } })
