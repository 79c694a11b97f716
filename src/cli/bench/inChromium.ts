// Measures in headless Chromium: builds a page of its own with the other libraries in it, apart from the studio's dist/.
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { build } from 'vite'
import { defines } from '../../../scripts/defines.mjs'
import { serve } from '../../../scripts/serve.mjs'
import { findChromium } from '../../../scripts/setup.mjs'
import { Fault } from '../../protocol/failure.ts'
import { gpuFlags } from '../tune/inChromium.ts'
import type { BenchOptions } from './options.ts'
import type { BenchPage } from './page.ts'
import { processMilliseconds } from './processTime.ts'
import type { Measured } from './report.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const folder = join(root, '.cache/bench-page')

export async function measureInChromium(options: BenchOptions, say: (text: string) => void): Promise<Measured> {
  const executablePath = findChromium()
  if (!executablePath) throw new Fault('no-webgpu', 'No Chromium was found.', 'Install Chrome or Chromium, set CHROME_PATH, or use --dawn.')
  await build({
    root,
    configFile: false,
    define: defines,
    base: './',
    logLevel: 'error',
    publicDir: false,
    build: { outDir: folder, emptyOutDir: true, target: 'esnext', chunkSizeWarningLimit: 100_000, rolldownOptions: { input: join(root, 'e2e/bench/bench.html') } },
  })
  const starter = join(root, 'public/starter')
  await cp(starter, join(folder, 'e2e/bench/starter'), { recursive: true })
  const server = await serve(folder, { bare: true })
  const profile = await mkdtemp(join(tmpdir(), 'tunesmith-bench-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: ['--headless=new', '--no-sandbox', '--enable-unsafe-webgpu', ...gpuFlags, '--disable-background-networking', '--no-first-run'],
    ignoreDefaultArgs: ['--headless'],
  })
  try {
    const page = await context.newPage()
    page.on('console', (message) => {
      if (message.type() === 'error') say(message.text())
    })
    await page.exposeFunction('say', say)
    await page.exposeFunction('cpuMs', () => processMilliseconds(profile))
    await page.goto(`${server.url}e2e/bench/bench.html`)
    await page.waitForFunction(() => 'bench' in globalThis)
    return await page.evaluate(([given, names]) => (globalThis as unknown as BenchPage).bench(given, names), [options, await readdir(starter)] as const)
  } finally {
    await context.close()
    await server.close()
    await rm(profile, { recursive: true, force: true })
  }
}
