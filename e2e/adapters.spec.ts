// Adapters after training, through the real worker in a real browser: dropped, kept over a reload, mixed, switched within an
// answer, merged and taken out, and written as a model. The page's own journeys are elsewhere.
import { cp } from 'node:fs/promises'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AdapterUse } from '../src/protocol/adapters.ts'
import { startBrowser, type Stage } from './browser.ts'
import { goldenRoot } from './golden/goldenFiles.ts'
import { buildWorkerPage } from './harness.ts'

const dropped = { llama: 'models/llama', first: 'cases/llama__lora_qv/adapter', second: 'cases/llama__lora_all/adapter' }

let stage: Stage
let page: Page
beforeAll(async () => {
  const folder = await buildWorkerPage('studioPage')
  for (const [name, from] of Object.entries(dropped)) await cp(join(goldenRoot, from), join(folder, name), { recursive: true })
  stage = await startBrowser({ folder })
  page = await stage.open()
  await openModel()
})
afterAll(() => stage.close())

const namesOf = (name: keyof typeof dropped): string[] => readdirSync(join(goldenRoot, dropped[name]))
const openModel = async (): Promise<void> => {
  const opened = await page.evaluate(async (names) => window.studio.openFolder(await window.drop('llama', names), () => undefined), namesOf('llama'))
  expect(opened).toMatchObject({ ok: true })
}
const list = async () => {
  const found = await page.evaluate(() => window.studio.adapters())
  if (!found.ok) throw new Error(found.failure.message)
  return found.value
}
const ask = (adapters: readonly AdapterUse[], switches: { afterTokens: number; adapters: readonly AdapterUse[] }[] = []) =>
  page.evaluate(
    async ([uses, plan]) => {
      const segments: number[] = []
      const request = { prompt: 'Once upon a time', adapters: uses, switches: plan, maxNewTokens: 8, temperature: 0, topK: 0, topP: 1, seed: 1 }
      const answer = await window.studio.generate(request, (_, segment) => segments.push(segment))
      return answer.ok ? { text: answer.value, segments: [...new Set(segments)] } : { failure: answer.failure }
    },
    [adapters, switches] as const,
  )

it('keeps dropped adapters over a reload, and answers with them together and in turn', async () => {
  for (const name of ['first', 'second'] as const) {
    const loaded = await page.evaluate(async ([n, names]) => window.studio.loadAdapter(await window.drop(n, names)), [name, namesOf(name)] as const)
    expect(loaded).toMatchObject({ ok: true, value: { name, kind: 'loaded', isLora: true } })
  }
  await page.reload()
  await openModel()
  const adapters = await list()
  expect(adapters.map((a) => a.name).toSorted()).toEqual(['first', 'second'])
  expect(adapters.every((a) => a.misfit === undefined)).toBe(true)
  const [one, two] = adapters.map((a): AdapterUse => ({ id: a.id, weight: 1 }))
  const [bare, alone] = [await ask([]), await ask([one])]
  expect(bare).toHaveProperty('text')
  expect(alone).not.toEqual(bare)
  expect(await ask([{ ...one, weight: 0 }, { ...two, weight: 0 }])).toEqual(bare)
  expect(await ask([one], [{ afterTokens: 3, adapters: [{ ...one, weight: 0.5 }, two] }])).toMatchObject({ segments: [0, 1] })
})

it('keeps frozen weights in 4 bits when told so, for adapters and merging too, and has the file’s again afterwards', async () => {
  const use = { id: (await list())[0].id, weight: 1 }
  const before = [await ask([]), await ask([use])]
  const keep = (quantization: string) => page.evaluate((q) => window.studio.keepWeights({ source: 'folder', id: 'llama', quantization: q }), quantization)
  expect(await keep('nf4')).toEqual({ ok: true, value: true })
  const inFour = [await ask([]), await ask([use])]
  for (const answer of inFour) expect(answer).toHaveProperty('text')
  // A base of random weights says something else as soon as they are rounded.
  expect(inFour).not.toEqual(before)
  expect(await page.evaluate((u) => window.studio.mergeAdapters([u]), use)).toEqual({ ok: true, value: true })
  expect(await ask([])).toHaveProperty('text')
  expect(await page.evaluate(() => window.studio.mergeAdapters([]))).toEqual({ ok: true, value: true })
  expect([await ask([]), await ask([use])]).toEqual(inFour)
  await keep('none')
  expect([await ask([]), await ask([use])]).toEqual(before)
})

it('merges into the weights, takes it out, and writes the merged model', async () => {
  const [{ id }] = await list()
  const use = { id, weight: 1 }
  const [bare, attached] = [await ask([]), await ask([use])]
  expect(await page.evaluate((u) => window.studio.mergeAdapters([u]), use)).toEqual({ ok: true, value: true })
  expect(await ask([])).toEqual(attached)
  expect(await page.evaluate(() => window.studio.mergeAdapters([]))).toEqual({ ok: true, value: true })
  expect(await ask([])).toEqual(bare)
  const bytes = await page.evaluate(async (u) => {
    const made = await window.studio.exportMerged([u], 'merged')
    return made.ok ? made.value.zip.size : made.failure.message
  }, use)
  expect(bytes).toBeGreaterThan(100_000)
  expect(stage.errors).toEqual([])
})
