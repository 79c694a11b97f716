// What the page keeps of itself. Without a network it opens, knows its model and reads a sample after one visit. And the service worker by itself: what
// it answers, what it leaves alone, and what it keeps of the version before.
import { readFileSync } from 'node:fs'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import vm from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultRecipe } from '../src/protocol/recipe.ts'
import { recipeFragment } from '../src/store/recipeLink.ts'
import { dist, startBrowser, type Stage } from './browser.ts'

describe('the page, when its server is gone', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startBrowser({ offline: true })
  })
  afterAll(() => stage.close())

  it('opens with its model, and reads a sample', async () => {
    const page = await stage.open()
    await page.locator('#model').getByText('Parameters').waitFor()
    await page.getByText('Offline ready: the page opens and trains without a network.').waitFor()
    expect(await page.evaluate(async () => (await (await navigator.serviceWorker.ready).active)?.scriptURL)).toBe(`${stage.url}sw.js`)
    await stage.unplug()
    await page.reload()
    await page.locator('#model').getByText('Parameters').waitFor()
    await page.getByRole('list', { name: 'Samples' }).getByRole('button').first().click()
    await page.getByText('As the model reads it').waitFor()
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
    // hub.json alone is asked of the server each time; without it nothing is offered from the Hub.
    expect(stage.errors.filter((e) => !/hub\.json|ERR_CONNECTION_REFUSED/.test(e))).toEqual([])
  })
})

describe('a page that comes with a recipe in its address, and later in a newer version', () => {
  let folder = ''
  let stage: Stage
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tunesmith-site-'))
    await cp(dist, folder, { recursive: true })
    stage = await startBrowser({ folder, offline: true })
  })
  afterAll(async () => {
    await stage.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('uses the recipe only on a click', async () => {
    const plain = defaultRecipe()
    const page = await stage.open(await recipeFragment({ ...plain, name: 'Shared', data: { ...plain.data, id: 'pirate' }, training: { ...plain.training, steps: 77 } }))
    await page.getByText('This link brings the recipe “Shared”.').waitFor()
    await page.locator('#model').getByText('Parameters').waitFor()
    const steps = page.getByRole('textbox', { name: 'Steps', exact: true })
    expect([await steps.inputValue(), page.url()]).toEqual([String(plain.training.steps), stage.url])
    await page.getByRole('button', { name: 'Use this recipe' }).click()
    await page.getByText('As the model reads it').waitFor()
    expect(await steps.inputValue()).toBe('77')
    await page.getByText('Offline ready: the page').waitFor()
    await page.close()
    const broken = await stage.open('#recipe=AAAA')
    await broken.getByText('The recipe in this link cannot be read.').waitFor()
    await broken.close()
  })

  it('goes over to a newer version only when told, and not under a run', async () => {
    const worker = join(folder, 'sw.js')
    await writeFile(worker, readFileSync(worker, 'utf8').replace(/const VERSION = '\w+'/, "const VERSION = 'newer'"))
    const page = await stage.open()
    await page.getByText('A newer version waits.').waitFor()
    // As the tab of a run does.
    await page.evaluate(() => {
      void navigator.locks.request('tunesmith/run/x', () => new Promise((done) => document.addEventListener('over', done)))
    })
    const take = page.getByRole('button', { name: 'Use the newer version' })
    await take.click()
    await page.getByText('the newer version waits for its end').waitFor()
    await page.evaluate(() => document.dispatchEvent(new Event('over')))
    const reloaded = page.waitForEvent('framenavigated')
    await take.click()
    await reloaded
    await page.getByText('Offline ready: the page').waitFor()
    // The version before stays for tabs that still run it.
    expect((await page.evaluate(() => caches.keys())).filter((name) => name.startsWith('tunesmith-shell-'))).toHaveLength(2)
    expect(stage.errors).toEqual([])
  })
})

describe('the service worker', () => {
  const scope = 'https://site.test/studio/'
  interface Scene {
    readonly worker: Record<string, (event: unknown) => void>
    readonly stores: Map<string, Map<string, string>>
    ask(path: string, init?: { method?: string; range?: boolean }): Promise<string | undefined>
    skipped: boolean
  }
  function scene(): Scene {
    const stores = new Map<string, Map<string, string>>()
    const worker: Scene['worker'] = {}
    const open = (name: string) => {
      const store = stores.get(name) ?? new Map<string, string>()
      stores.set(name, store)
      return {
        addAll: async (requests: { url: string }[]) => requests.forEach(({ url }) => store.set(url, `kept ${url}`)),
        match: async (url: string) => store.get(url),
      }
    }
    const it: Scene = {
      worker,
      stores,
      skipped: false,
      async ask(path, { method = 'GET', range = false } = {}) {
        let answer: Promise<string> | undefined
        const headers = { has: (name: string) => name === 'range' && range }
        worker['fetch']!({ request: { method, headers, url: new URL(path, scope).href }, respondWith: (given: Promise<string>) => (answer = given) })
        return answer
      },
    }
    const caches = {
      open: async (name: string) => open(name),
      keys: async () => [...stores.keys()],
      delete: async (name: string) => stores.delete(name),
      match: async (url: string) => [...stores.values()].map((s) => s.get(url)).find(Boolean),
    }
    class FakeRequest {
      readonly url: string
      constructor(path: string) {
        this.url = new URL(path, scope).href
      }
    }
    const self = { registration: { scope }, addEventListener: (name: string, act: (event: unknown) => void) => (worker[name] = act), skipWaiting: async () => void (it.skipped = true) }
    vm.runInNewContext(readFileSync(join(dist, 'sw.js'), 'utf8'), { self, caches, URL, Request: FakeRequest, Set, Promise, fetch: async (r: { url: string }) => `network ${r.url}` })
    return it
  }
  const run = async (s: Scene, name: string): Promise<void> => {
    let work: Promise<unknown> | undefined
    s.worker[name]!({ waitUntil: (given: Promise<unknown>) => (work = given) })
    await work
  }
  const versionOf = (s: Scene): string => [...s.stores.keys()].find((n) => n.startsWith('tunesmith-shell-'))!

  it('keeps the page and no weights, and answers only for what is its own', async () => {
    const s = scene()
    await run(s, 'install')
    const kept = [...s.stores.get(versionOf(s))!.keys()].map((url) => url.slice(scope.length))
    expect(kept).toEqual(expect.arrayContaining(['', 'manifest.webmanifest', 'models.json', 'samples/index.json']))
    expect(kept.filter((path) => /safetensors|\.wasm$|hub\.json|hub\.worker|headless|sw\.js/.test(path))).toEqual([])
    expect(await s.ask('')).toBe(`kept ${scope}`)
    expect(await s.ask('index.html?x=1#recipe=abc')).toBe(`kept ${scope}`)
    expect(await s.ask('models.json')).toBe(`kept ${scope}models.json`)
    for (const [path, init] of [['models.json', { method: 'POST' }], ['models.json', { range: true }], ['hub.json', {}], ['starter/model.safetensors', {}], ['headless.html', {}], ['assets/hub.worker-abc.js', {}], ['https://other.test/x', {}]] as const)
      expect([path, await s.ask(path, init)]).toEqual([path, undefined])
  })

  it('keeps the version before for tabs that run it, and takes over only when told', async () => {
    const s = scene()
    for (const old of ['tunesmith-shell-1', 'tunesmith-shell-2', 'somebody-elses']) s.stores.set(old, new Map([[`${scope}assets/old-${old.at(-1)}.js`, `old ${old}`]]))
    await run(s, 'install')
    expect(s.skipped).toBe(false)
    await run(s, 'activate')
    expect([...s.stores.keys()]).toEqual(['tunesmith-shell-2', 'somebody-elses', versionOf({ ...s, stores: new Map([...s.stores].slice(2)) })])
    expect(await s.ask('assets/old-2.js')).toBe('old tunesmith-shell-2')
    expect(await s.ask('assets/gone.js')).toBe(`network ${scope}assets/gone.js`)
    s.worker['message']!({ data: 'something else' })
    expect(s.skipped).toBe(false)
    s.worker['message']!({ data: 'take over' })
    expect(s.skipped).toBe(true)
  })
})
