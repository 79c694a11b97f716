// A model from a Hub, in a real browser under the real policy: nothing before the click, a download that a reload interrupts, a
// token that stays with the Hub, and a stored model that opens without the network.
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestHub, TOKEN, type TestHub } from '../src/storage/testHub.ts'
import { startBrowser, type Stage } from './browser.ts'

const starter = fileURLToPath(new URL('../public/starter/', import.meta.url))
const commit = '0123456789abcdef0123456789abcdef01234567'
const CUT = 2_000_000

describe('a model from the Hub', () => {
  let hub: TestHub
  let stage: Stage
  let page: Page
  let size = 0
  beforeAll(async () => {
    hub = await startTestHub()
    const names = (await readdir(starter)).filter((name) => /\.(json|safetensors)$/.test(name))
    const files = new Map(await Promise.all(names.map(async (name) => [name, new Uint8Array(await readFile(starter + name))] as const)))
    size = files.get('model.safetensors')!.length
    hub.models.set('org/tiny', { commit, files, gated: true })
    stage = await startBrowser({ hub: { endpoint: hub.endpoint, origins: [hub.endpoint, hub.cdn] } })
    page = await stage.open()
  })
  afterAll(async () => {
    await stage.close()
    await hub.close()
  })

  const field = () => page.getByRole('form', { name: 'Hugging Face model' })
  const weights = () => hub.sent.filter((s) => s.path === 'model.safetensors')
  const fetchModel = async (token?: string): Promise<void> => {
    await field().getByLabel('Hugging Face model').fill('org/tiny')
    if (token !== undefined) {
      await field().locator('details').evaluate((d: HTMLDetailsElement) => (d.open = true))
      await field().getByLabel('Access token').fill(token)
    }
    await field().getByRole('button', { name: 'Fetch', exact: true }).click()
  }

  it('says what it would fetch and from where, and asks nobody before the click', async () => {
    await page.locator('#model').getByText('Parameters').waitFor()
    await field().getByText(`${new URL(hub.endpoint).host} and its file servers`).waitFor()
    expect(hub.asked).toEqual([])
    // The page itself may not speak to the Hub, so that nothing else on it can.
    const reached = await page.evaluate((url) => fetch(url).then(() => true, () => false), hub.endpoint)
    expect([reached, hub.asked]).toEqual([false, []])
    const scripts = (await readdir(fileURLToPath(new URL('../dist/assets', import.meta.url)))).filter((name) => name.endsWith('.js'))
    const policies = await Promise.all(scripts.map(async (name) => [name, (await fetch(`${stage.url}assets/${name}`)).headers.get('content-security-policy') ?? ''] as const))
    const free = policies.filter(([, policy]) => !policy.includes("connect-src 'self';")).map(([name, policy]) => [name.replace(/-.*/, ''), policy.includes(`connect-src 'self' ${hub.endpoint} ${hub.cdn};`)])
    expect(free).toEqual([['hub.worker', true]])
    stage.errors.length = 0
  })

  it('says that a gated model needs a token', async () => {
    await fetchModel()
    await field().getByText('org/tiny is gated').waitFor()
    expect(weights()).toEqual([])
    stage.errors.length = 0
  })

  it('goes on after a reload in the middle, with the token at the Hub alone', async () => {
    // The first answer with weights falls silent in its middle, and the next is long in coming.
    hub.weather = { stall: () => (weights().length === 0 ? CUT : undefined), get slow() { return weights().length > 0 ? 60_000 : 0 } }
    await fetchModel(TOKEN)
    await expect.poll(() => weights().length).toBe(1)
    await field().getByText(/^[12](\.\d+)? MB of 6\.\d+ MB/).waitFor()
    await page.reload()
    hub.weather = {}
    await page.locator('#model').getByText('Parameters').waitFor()
    await fetchModel(TOKEN)
    await field().getByText('The model is stored in this browser.').waitFor()
    const resumed = weights()[1]!.start
    expect(resumed).toBeGreaterThan(0)
    expect(resumed).toBeLessThanOrEqual(CUT)
    expect(weights()[1]!.bytes).toBe(size - resumed)
    expect(new Set(hub.asked.filter((a) => a.host === 'cdn').map((a) => a.token))).toEqual(new Set([undefined]))
    expect(hub.asked.filter((a) => a.host === 'hub' && a.path.endsWith('/model.safetensors') && a.method === 'GET').every((a) => a.token === `Bearer ${TOKEN}`)).toBe(true)
    await page.getByRole('heading', { name: 'org/tiny' }).waitFor()
    expect(stage.errors.filter((e) => /policy|CORS/i.test(e))).toEqual([])
  })

  it('opens it again after a reload without the network, lists it, checks it, and comes back to it from another', async () => {
    hub.asked.length = 0
    await page.reload()
    await page.getByRole('heading', { name: 'org/tiny' }).waitFor()
    await page.getByText(/^Stored models \(2,/).click()
    const rows = page.getByRole('list', { name: 'Stored models' }).getByRole('listitem')
    const row = rows.filter({ hasText: 'org/tiny' })
    await expect.poll(() => row.textContent()).toContain('Hugging Face, main at 01234567')
    await row.getByRole('button', { name: /^Check/ }).click()
    await page.getByText('Every file of org/tiny is as it was fetched.').waitFor()
    await rows.filter({ hasNotText: 'org/tiny' }).getByRole('button', { name: /^Open/ }).click()
    await row.getByRole('button', { name: /^Open/ }).click()
    await page.getByRole('heading', { name: 'org/tiny' }).waitFor()
    expect(hub.asked).toEqual([])
  })

  it('keeps a dropped folder on a click, opens it after a reload, and forgets it on another', async () => {
    await page.getByLabel('Open a model folder…').setInputFiles(starter)
    await page.getByText('after a reload it has to be dropped again').waitFor()
    await page.getByRole('button', { name: /^Keep a copy in this browser \(\d+\.\d+ MB\)$/ }).click()
    await page.getByText('A copy is kept in this browser').waitFor()
    await page.reload()
    await page.getByText('A copy is kept in this browser').waitFor()
    await page.getByText(/^Stored models \(3,/).click()
    const rows = page.getByRole('list', { name: 'Stored models' }).getByRole('listitem')
    const copy = rows.filter({ hasText: 'Copied from a folder' })
    await copy.getByText('Open now').waitFor()
    await rows.filter({ hasText: 'org/tiny' }).getByRole('button', { name: /^Open/ }).click()
    await copy.getByRole('button', { name: /^Delete/ }).click()
    await page.getByRole('button', { name: 'Delete the model' }).last().click()
    await copy.waitFor({ state: 'detached' })
    expect(hub.asked).toEqual([])
  })
})
