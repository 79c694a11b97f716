// The browser's GPU process is crashed at random moments of a run, and the run ends by itself, with the bytes of one that was
// left alone. `npm run soak` tries many more.
import { readdirSync } from 'node:fs'
import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bits } from '../src/lib/rng.ts'
import { defaultRecipe, type Recipe } from '../src/protocol/recipe.ts'
import { startBrowser, type Stage } from './browser.ts'
import { goldenRoot } from './golden/goldenFiles.ts'
import { buildWorkerPage } from './harness.ts'

const CRASHES = Number(process.env['TUNESMITH_CRASHES'] ?? 2)
const SEED = Number(process.env['TUNESMITH_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

const llama = join(goldenRoot, 'models/llama')

const plain = defaultRecipe()
const recipe: Recipe = {
  ...plain,
  name: 'crashed',
  base: { source: 'folder', id: 'llama' },
  data: { ...plain.data, source: 'file', id: 'rows.jsonl' },
  methods: [{ id: 'lora', options: { r: 4, lora_dropout: 0.1 } }],
  training: { ...plain.training, steps: 12, batch_size: 2, max_length: 32, learning_rate: 1e-2, warmup_steps: 1, eval_steps: 6, save_steps: 2 },
  evaluation: { rows: 0, maxNewTokens: 2 },
}

let stage: Stage
let page: Page
let whole: Awaited<ReturnType<typeof run>>
beforeAll(async () => {
  const folder = await buildWorkerPage('studioPage')
  await cp(llama, join(folder, 'llama'), { recursive: true })
  await writeFile(join(folder, 'rows.jsonl'), Array.from({ length: 16 }, (_, i) => JSON.stringify({ prompt: `${i} + ${i}?`, completion: ` ${2 * i}` })).join('\n'))
  stage = await startBrowser({ folder, crashes: true })
  page = await stage.open()
  // The first run also compiles what later ones find in the browser's cache.
  await run()
  whole = await run()
})
afterAll(() => stage.close())

/** A run from the open files to its adapter: status, failures told, the adapter's bytes as text, and how long it took. */
function run() {
  return page.evaluate(
    async ([given, names]) => {
      const value = <T>(r: { ok: true; value: T } | { ok: false; failure: { message: string } }): T => {
        if (!r.ok) throw new Error(r.failure.message)
        return r.value
      }
      value(await window.studio.openFolder(await window.drop('llama', names), () => undefined))
      const [rows] = await window.drop('.', ['rows.jsonl'])
      value(await window.studio.openFile(rows, given))
      const began = performance.now()
      const failures: string[] = []
      const record = value(await window.studio.train(given, (e) => void (e.type === 'failure' && failures.push(e.failure.code))))
      const ms = performance.now() - began
      const events = value(await window.studio.runEvents(record.id))
      const { zip } = value(await window.studio.exportRun(record.id))
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await zip.arrayBuffer()))
      return { record, failures, ms, losses: events.flatMap((e) => (e.type === 'step' ? [[e.step, e.loss] as const] : [])), zip: digest.join() }
    },
    [recipe, readdirSync(llama)] as const,
  )
}

it.each(Array.from({ length: CRASHES }, (_, i) => i))(`the GPU process crashes, moment %i of seed ${SEED}`, async (i) => {
  // Opening the files again takes a moment of it.
  const wait = ((i + bits(SEED, 1, i) / 2 ** 32) / CRASHES) * 0.9 * whole.ms
  const session = await stage.context.newCDPSession(page)
  const crash = async (): Promise<void> => {
    await page.waitForTimeout(wait)
    // Never answered by a process that is gone.
    void session.send('Browser.crashGpuProcess').catch(() => undefined)
  }
  const [told] = await Promise.all([run(), crash()])
  await session.detach()
  const where = `${Math.round(wait)} of ${Math.round(whole.ms)} ms, after ${told.failures.join(', ') || 'no failure'}`
  expect(told.record.status, where).toBe('done')
  expect(told.losses, where).toEqual(whole.losses)
  expect(told.zip, where).toBe(whole.zip)
  expect(told.failures.every((code) => code === 'device-lost'), where).toBe(true)
})
