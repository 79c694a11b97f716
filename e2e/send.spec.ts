// Out of the browser, in a real one under the real policy: a model into a folder and to a Hub, train.py before any training. Nothing
// is sent before the click that says so, the token goes to the Hub alone, and a bad day leaves a way on.
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { unzip } from '../src/files/zip.ts'
import { startTestHub, TOKEN, type TestHub } from '../src/storage/testHub.ts'
import { WRITE_TOKEN } from '../src/storage/testRepos.ts'
import { startBrowser, type Stage } from './browser.ts'

const starter = fileURLToPath(new URL('../public/starter/', import.meta.url))

describe('taking away', () => {
  let hub: TestHub
  let stage: Stage
  let page: Page
  beforeAll(async () => {
    hub = await startTestHub()
    stage = await startBrowser({ hub: { endpoint: hub.endpoint, origins: [hub.endpoint, hub.cdn] } })
    page = await stage.open()
    await page.locator('#model').getByText('Parameters').waitFor()
  })
  afterAll(async () => {
    await stage.close()
    await hub.close()
  })
  beforeEach(() => {
    hub.weather = {}
  })

  const dialog = () => page.getByRole('dialog')
  const open = async (): Promise<void> => {
    await page.locator('#take-away').getByRole('button', { name: /^Send the ONNX model to/ }).click()
    await dialog().getByText('onnx/model.onnx').waitFor()
  }
  const send = (name = 'Send'): Promise<void> => dialog().getByRole('button', { name, exact: true }).click()

  it('shows what would be sent, private, and asks nobody before the click', async () => {
    await open()
    const files = await dialog().getByRole('list', { name: 'Files that are sent' }).getByRole('listitem').allTextContents()
    expect(files.map((line) => line.split(' ')[0]).toSorted()).toEqual(['README.md', 'config.json', 'generation_config.json', 'onnx/model.onnx', 'tokenizer.json', 'tokenizer_config.json'])
    expect(files.find((line) => line.startsWith('onnx/'))).toMatch(/12\.\d MB$/)
    await dialog().getByRole('checkbox', { name: /^Private/, checked: true }).waitFor()
    await dialog().getByRole('button', { name: 'Send', exact: true, disabled: true }).waitFor()
    await dialog().getByText('An access token that may write is needed.').waitFor()
    expect(hub.asked).toEqual([])
  })

  it('says what a token may not', async () => {
    await dialog().getByLabel('Repository').fill('team/out')
    await dialog().getByLabel('Access token').fill(TOKEN)
    await send()
    await dialog().getByText('This token of tester may only read.').waitFor()
    expect(hub.written.repos.size).toBe(0)
    stage.errors.length = 0
  })

  it('sends after a bad hour, in one private commit, with the token at the Hub alone', async () => {
    let refused = 0
    hub.weather = { status: (_, host) => (host === 'cdn' && refused++ === 0 ? { status: 503, headers: { 'Retry-After': '1', 'Access-Control-Expose-Headers': 'retry-after' } } : undefined) }
    hub.asked.length = 0
    await dialog().getByLabel('Access token').fill(WRITE_TOKEN)
    await send('Try again')
    await dialog().getByText('which only you can read').waitFor()
    expect(refused).toBe(2)
    // What was sent is counted at the top of the page, also what was refused: the model has twelve megabytes.
    await expect.poll(() => page.locator('.top-sent').textContent()).toMatch(/^[1-9]\d(\.\d)? MB sent$/)
    const repo = hub.written.repos.get('team/out')!
    expect([repo.isPrivate, repo.commits.length, repo.files.size]).toEqual([true, 1, 6])
    expect(new TextDecoder().decode(repo.files.get('README.md'))).toContain('license: "apache-2.0"')
    expect(repo.files.get('onnx/model.onnx')!.length).toBeGreaterThan(12_000_000)
    expect(new Set(hub.asked.filter((a) => a.host === 'cdn').map((a) => a.token))).toEqual(new Set([undefined]))
    expect(hub.asked.filter((a) => a.host === 'hub' && a.method !== 'OPTIONS').every((a) => a.token === `Bearer ${WRITE_TOKEN}`)).toBe(true)
    await dialog().getByRole('button', { name: 'Done' }).click()
    expect(await page.locator('#take-away').getByRole('status').filter({ hasText: 'Sent to' }).textContent()).toContain('team/out, which only you can read')
    // The refusal above is in the console, as every answer of that kind.
    expect(stage.errors.filter((e) => !/503/.test(e))).toEqual([])
    stage.errors.length = 0
  })

  it('sends chunks to a Hub that asks for them', async () => {
    hub.written.chunked = true
    hub.written.large.clear()
    hub.asked.length = 0
    await open()
    await dialog().getByLabel('Repository').fill('chunks')
    await dialog().getByLabel('Access token').fill(WRITE_TOKEN)
    await send()
    await dialog().getByText('which only you can read').waitFor()
    expect(hub.written.repos.get('tester/chunks')!.files.size).toBe(6)
    expect(hub.asked.some((a) => a.host === 'cdn' && a.path.startsWith('/v1/xorbs/'))).toBe(true)
    expect(hub.asked.filter((a) => a.host === 'cdn').some((a) => a.token?.includes(WRITE_TOKEN))).toBe(false)
    hub.written.chunked = false
    await dialog().getByRole('button', { name: 'Done' }).click()
    // A chunk that the store does not have is an answer of 404, which the console shows.
    expect(stage.errors.filter((e) => !/404/.test(e))).toEqual([])
    stage.errors.length = 0
  })

  it('asks before it writes where something is, and can be cancelled', async () => {
    await open()
    expect(await dialog().getByLabel('Access token').inputValue()).toBe('')
    await dialog().getByLabel('Repository').fill('team/out')
    await dialog().getByLabel('Access token').fill(WRITE_TOKEN)
    await send()
    await dialog().getByText('team/out is there already, and nothing was sent.').waitFor()
    for (const [colorScheme, width] of [['light', 1440], ['dark', 390]] as const) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 900 })
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([])
    }
    await page.setViewportSize({ width: 1440, height: 900 })
    hub.weather = { slow: 20_000 }
    await send('Add to it')
    await send('Cancel sending')
    await dialog().getByText(/it was cancelled before|Sending was cancelled/).waitFor()
    expect(hub.written.repos.get('team/out')!.commits).toHaveLength(1)
    await dialog().getByRole('button', { name: 'Close' }).click()
    stage.errors.length = 0
  })

  it('writes the same files into a folder, and never over others', async () => {
    // Only the browser's dialog is stood in for: the page's own storage is as good a folder.
    await page.evaluate(() => Object.assign(window, { showDirectoryPicker: () => navigator.storage.getDirectory().then((root) => root.getDirectoryHandle('chosen', { create: true })) }))
    const write = page.locator('#take-away').getByRole('button', { name: 'Write the ONNX model into a folder' })
    await write.click()
    await page.getByText('Written to chosen/untitled-onnx.').waitFor()
    await write.click()
    await page.getByText('Written to chosen/untitled-onnx-2.').waitFor()
    const found = await page.evaluate(async () => {
      const list = async (folder: FileSystemDirectoryHandle, path: string): Promise<[string, number][]> => {
        const all: [string, number][] = []
        // Not every library of types knows that a folder can be iterated.
        for await (const [name, entry] of folder as unknown as AsyncIterable<[string, FileSystemDirectoryHandle | FileSystemFileHandle]>)
          all.push(...(entry.kind === 'directory' ? await list(entry, `${path}${name}/`) : ([[path + name, (await entry.getFile()).size]] as [string, number][])))
        return all
      }
      const chosen = await (await navigator.storage.getDirectory()).getDirectoryHandle('chosen')
      return { one: await list(await chosen.getDirectoryHandle('untitled-onnx'), ''), two: await list(await chosen.getDirectoryHandle('untitled-onnx-2'), '') }
    })
    const sizes = [...hub.written.repos.get('team/out')!.files].map(([path, bytes]) => [path, bytes.length])
    expect(found.one.toSorted()).toEqual(sizes.toSorted())
    expect(found.two.toSorted()).toEqual(found.one.toSorted())
  })

  it('packs train.py before anything was trained, the model beside it', async () => {
    await page.getByRole('list', { name: 'Samples' }).getByRole('button').first().click()
    await page.getByText('As the model reads it').waitFor()
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download train.py' }).click()])
    const files = await unzip(new Uint8Array(await readFile(await download.path())))
    const needed = (await readdir(starter)).filter((name) => /\.(safetensors|jinja)$|^(config|tokenizer|tokenizer_config)\.json$|^README\.md$/.test(name)).map((name) => `base/${name}`)
    expect([...files.keys()]).toEqual(expect.arrayContaining(['train.py', 'recipe.json', 'groups.json', 'examples.jsonl', 'batches.jsonl', 'initial/adapter_config.json', 'initial/adapter_model.safetensors', ...needed]))
    expect(Buffer.compare(files.get('base/model.safetensors')!, await readFile(`${starter}model.safetensors`))).toBe(0)
    expect(stage.errors).toEqual([])
  })
})
