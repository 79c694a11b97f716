// The browser's storage in a real browser, under the real policy: reloads, kills in the middle of a save, damage, a full
// disk, two tabs, a newer version of the database, and a download that resumes.
import { createHash, randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { uniform } from '../src/lib/rng.ts'
import { startBrowser, type Stage } from './browser.ts'
import { buildWorkerPage } from './harness.ts'

const BYTES = 300_000

let stage: Stage
const model = randomBytes(3_000_000)
beforeAll(async () => {
  const folder = await buildWorkerPage('storagePage')
  await writeFile(`${folder}/model.bin`, model)
  stage = await startBrowser({ folder })
})
afterAll(() => stage.close())

const save = (page: Page, run: string, step: number, bytes = BYTES) =>
  page.evaluate(([r, s, b]) => window.probe.save(r, s, b), [run, step, bytes] as const)
const load = (page: Page, run: string) => page.evaluate((r) => window.probe.load(r), run)
const intact = (step: number) => ({
  value: { step, names: ['trainables.bin', 'moments.bin'], intact: true, passedOver: [] },
})

describe('the browser’s storage', () => {
  it('keeps the last two checkpoints over a reload and a restart', async () => {
    const page = await stage.open()
    for (const step of [1, 2, 3]) expect(await save(page, 'plain', step)).toEqual({ value: 2 * BYTES })
    expect(await load(page, 'plain')).toEqual(intact(3))
    await page.reload()
    expect(await load(page, 'plain')).toEqual(intact(3))
    expect(await page.evaluate(() => window.probe.steps('plain'))).toEqual({ value: [3, 2] })
    await stage.restart()
    const again = await stage.open()
    expect(await load(again, 'plain')).toEqual(intact(3))
    expect(await again.evaluate(() => window.probe.events('plain'))).toEqual({
      value: [
        { type: 'checkpoint', step: 1, bytes: 1 },
        { type: 'checkpoint', step: 2, bytes: 1 },
      ],
    })
    expect(stage.errors).toEqual([])
    await again.close()
  })

  it('falls back one generation when the newest is damaged, and says so', async () => {
    const page = await stage.open()
    await save(page, 'damaged', 1)
    await save(page, 'damaged', 2)
    await page.evaluate(() => window.probe.damage('damaged'))
    expect(await load(page, 'damaged')).toMatchObject({
      value: { step: 1, intact: true, passedOver: ['The checkpoint of step 2 cannot be used: trainables.bin is damaged.'] },
    })
    await page.close()
  })

  it('sweeps what no record points to', async () => {
    const page = await stage.open()
    await save(page, 'swept', 1)
    await page.evaluate(() => window.probe.litter('swept'))
    expect(await page.evaluate(() => window.probe.sweep())).toEqual({ value: 1 })
    expect(await load(page, 'swept')).toEqual(intact(1))
    await page.close()
  })

  it('keeps the last checkpoint when the disk is full, and names the bytes', async () => {
    const page = await stage.open()
    await save(page, 'full', 1)
    const session = await stage.context.newCDPSession(page)
    const origin = new URL(stage.url).origin
    const { usedBytes } = await page.evaluate(() => window.probe.room())
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usedBytes + BYTES })
    const refused = await save(page, 'full', 2, 4 * BYTES)
    const loaded = await load(page, 'full')
    await session.send('Storage.overrideQuotaForOrigin', { origin })
    expect(refused).toMatchObject({ failure: { code: 'storage', hint: expect.stringContaining('Delete runs or models') } })
    expect('failure' in refused && refused.failure.message).toMatch(/step 2 .*2\.4 MB.*The one of step 1 is kept\./)
    expect(loaded).toEqual(intact(1))
    expect(await save(page, 'full', 2)).toEqual({ value: 2 * BYTES })
    await page.close()
  })

  it('gives a run one owner among tabs, and frees it when the owner’s tab closes', async () => {
    const [first, second] = [await stage.open(), await stage.open()]
    expect(await first.evaluate(() => window.probe.hold('owned'))).toBe('held')
    expect(await second.evaluate(() => window.probe.hold('owned'))).toMatchObject({ code: 'storage' })
    expect(await second.evaluate(() => window.probe.isHeld('owned'))).toBe(true)
    await first.close()
    await expect.poll(() => second.evaluate(() => window.probe.hold('owned'))).toBe('held')
    await second.close()
  })

  it('lets a newer version upgrade the database, and then asks for a reload', async () => {
    const page = await stage.open()
    await save(page, 'upgraded', 1)
    const upgraded = await page.evaluate(
      () =>
        new Promise((done) => {
          const request = indexedDB.open('probe', 99)
          request.addEventListener('success', () => {
            request.result.close()
            done('upgraded')
          })
          request.addEventListener('blocked', () => setTimeout(() => done('blocked'), 60_000))
        }),
    )
    expect(upgraded).toBe('upgraded')
    expect(await load(page, 'upgraded')).toMatchObject({
      failure: { code: 'storage', message: expect.stringContaining('newer version of Tunesmith') },
    })
    await page.evaluate(() => new Promise((done) => indexedDB.deleteDatabase('probe').addEventListener('success', done)))
    await page.close()
  })

  it('keeps the runs of a database from before the shelf, and then keeps adapters too', async () => {
    const page = await stage.open()
    await page.evaluate(() => new Promise((done) => indexedDB.deleteDatabase('probe').addEventListener('success', done)))
    await page.evaluate(
      () =>
        new Promise((done, fail) => {
          const request = indexedDB.open('probe', 1)
          request.addEventListener('error', () => fail(new Error('the old database did not open')))
          request.addEventListener('upgradeneeded', () => {
            for (const table of ['runs', 'events', 'checkpoints', 'adapters', 'inputs', 'models']) request.result.createObjectStore(table)
          })
          request.addEventListener('success', () => {
            const write = request.result.transaction('runs', 'readwrite')
            write.objectStore('runs').put({ id: 'old', createdAt: 1 }, 'old')
            write.addEventListener('complete', () => {
              request.result.close()
              done('made')
            })
          })
        }),
    )
    const kept = { value: { runs: ['old'], shelf: [['mine', Array.from({ length: 9 }, (_, i) => (i * 31 + 21) % 251)]] } }
    expect(await page.evaluate(() => window.probe.shelf('mine'))).toEqual(kept)
    await page.reload()
    expect(await page.evaluate(() => window.probe.sweep())).toHaveProperty('value')
    expect(await page.evaluate(() => window.probe.shelf())).toEqual(kept)
    await page.close()
  })

  it('resumes a download where it broke off', async () => {
    const page = await stage.open()
    const fetchModel = (cut?: number) =>
      page.evaluate(([url, bytes, c]) => window.probe.fetchModel(url, bytes, c), [
        `${stage.url}model.bin`,
        model.length,
        cut,
      ] as const)
    expect(await fetchModel(1_000_000)).toMatchObject({ failure: { code: 'storage' } })
    const done = await fetchModel()
    expect(done).toMatchObject({ value: { size: model.length, sha256: createHash('sha256').update(model).digest('hex') } })
    expect('value' in done && done.value.starts[0]).toBeGreaterThan(0)
    expect(await fetchModel()).toMatchObject({ value: { starts: [] } })
    await page.close()
  })
})

// `npm run soak` tries more moments than these.
const kills = Number(process.env['TUNESMITH_KILLS'] ?? 0)
const waits = kills > 0 ? Array.from({ length: kills }, (_, i) => 300 * uniform(Number(process.env['TUNESMITH_SEED']), 2, i)) : [5, 40, 90, 170, 260]

describe('killed in the middle of a save', { timeout: 300_000 + 20_000 * kills }, () => {
  it.each(['page', 'browser'] as const)('the %s dies, and the last acknowledged checkpoint loads', async (victim) => {
    const run = `killed-${victim}`
    let acknowledged = 0
    for (const wait of victim === 'page' ? waits : [60, 210]) {
      const page = await stage.open()
      await page.exposeFunction('acknowledge', (step: number) => {
        acknowledged = step
      })
      const began = acknowledged
      await page.evaluate(
        ([r, first, bytes]) => {
          const { acknowledge } = window as unknown as { acknowledge: (step: number) => void }
          window.saveForever(r, first, bytes, acknowledge)
        },
        [run, acknowledged + 1, BYTES] as const,
      )
      await expect.poll(() => acknowledged).toBeGreaterThan(began)
      await page.waitForTimeout(wait)
      await stage.crash(victim, page)
      const after = await stage.open()
      const loaded = await load(after, run)
      expect(loaded).toMatchObject({ value: { intact: true, passedOver: [] } })
      expect('value' in loaded && loaded.value?.step).toBeGreaterThanOrEqual(acknowledged)
      expect(await after.evaluate(() => window.probe.sweep())).toHaveProperty('value')
      expect(await load(after, run)).toEqual(loaded)
      const generations = await after.evaluate((r) => window.probe.steps(r), run)
      expect('value' in generations && generations.value.length).toBeGreaterThanOrEqual(Math.min(2, 'value' in loaded ? (loaded.value?.step ?? 0) : 0))
      acknowledged = 'value' in loaded ? (loaded.value?.step ?? 0) : 0
      await after.close()
    }
  })
})
