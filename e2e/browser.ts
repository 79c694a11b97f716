// Starts a Chromium and a server for the built page, for journeys. It blocks nothing and fakes nothing: a journey
// meets the page as a person does, on a software GPU unless TUNESMITH_GPU=1 says that a real one is there.
import { mkdtemp, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type BrowserContext, type Page } from 'playwright-core'
import type { Hub } from '../scripts/hub.mjs'
import { serve } from '../scripts/serve.mjs'
import { findChromium } from '../scripts/setup.mjs'

/** Another build than dist/ where TUNESMITH_DIST names one. */
export const dist = process.env['TUNESMITH_DIST'] ?? fileURLToPath(new URL('../dist', import.meta.url))

export interface Stage {
  readonly url: string
  readonly context: BrowserContext
  /** What pages wrote to the console as errors, uncaught errors included. */
  readonly errors: string[]
  /** Every address that pages asked for. */
  readonly requests: string[]
  /** A page opened at the studio, or at `path` in it. */
  open(path?: string): Promise<Page>
  /** Ends the browser and starts it again with the same profile, as after a crash or a reboot. */
  restart(): Promise<void>
  /** Kills the page's process, or the whole browser and starts it again with the same profile. */
  crash(victim: 'page' | 'browser', page: Page): Promise<void>
  /** Ends the server, as when the network goes. */
  unplug(): Promise<void>
  close(): Promise<void>
}

const adapter = ['--enable-unsafe-webgpu', ...(process.env['TUNESMITH_GPU'] === '1' ? ['--enable-features=Vulkan'] : ['--use-webgpu-adapter=swiftshader'])]
const flags = [
  '--headless=new',
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
]

/** What a journey waits for is seen sooner or later; how soon is not what it tells. */
const PATIENCE_MS = 120_000

/** A fresh profile on a fresh port, and perhaps another Hub than the build’s. `folder` serves another build than dist/, `bare` without headers; `webgpu: false` has no adapter; `offline: true`
 *  lets the page keep itself; `crashes: true` has Chromium give a page adapters again however often its GPU process crashed. */
export async function startBrowser(options: { folder?: string; bare?: boolean; webgpu?: boolean; hub?: Hub; offline?: boolean; crashes?: boolean } = {}): Promise<Stage> {
  const executablePath = findChromium()
  if (!executablePath) throw new Error('No Chromium was found: run `node scripts/setup.mjs`, or set CHROME_PATH.')
  const folder = options.folder ?? dist
  if (!existsSync(folder)) throw new Error(`${folder} is missing: run \`npm run build\` first.`)
  const server = await serve(folder, { bare: options.bare ?? false, ...(options.hub && { hub: options.hub }) })
  const profile = await mkdtemp(join(tmpdir(), 'tunesmith-'))
  const errors: string[] = []
  const requests: string[] = []
  const launch = async () => {
    const context = await chromium.launchPersistentContext(profile, {
      executablePath,
      args: [...flags, ...(options.webgpu === false ? ['--disable-gpu', '--disable-software-rasterizer'] : adapter), ...(options.crashes ? ['--disable-gpu-process-crash-limit', '--disable-domain-blocking-for-3d-apis'] : [])],
      ignoreDefaultArgs: ['--headless', '--hide-scrollbars'],
      viewport: { width: 1280, height: 800 },
      serviceWorkers: options.offline ? 'allow' : 'block',
    })
    context.setDefaultTimeout(PATIENCE_MS)
    context.on('console', (message) => {
      if (message.type() === 'error') errors.push(`${message.text()} (${message.location().url})`)
    })
    context.on('weberror', (event) => errors.push(event.error().stack ?? String(event.error())))
    context.on('request', (request) => requests.push(request.url()))
    return context
  }
  let context = await launch()
  return {
    url: server.url,
    get context() {
      return context
    },
    errors,
    requests,
    async open(path = '') {
      const page = await context.newPage()
      await page.goto(server.url + path)
      return page
    },
    async restart() {
      await context.close()
      context = await launch()
    },
    async crash(victim, page) {
      const session = await context.newCDPSession(page)
      const gone = new Promise((done) => {
        if (victim === 'page') page.once('crash', done)
        else context.once('close', done)
      })
      // Neither command is ever answered.
      void session.send(victim === 'page' ? 'Page.crash' : 'Browser.crash').catch(() => undefined)
      await gone
      if (victim === 'page') await page.close()
      else context = await launch()
    },
    unplug: () => server.close(),
    async close() {
      await context.close()
      await server.close()
      await rm(profile, { recursive: true, force: true })
    },
  }
}
