// The journey: everything a person does from opening the page to taking an adapter away, with the real workers, a reload
// in the middle of training, and no network beyond this origin.
import { readFile } from 'node:fs/promises'
import { AxeBuilder } from '@axe-core/playwright'
import { unzipSync } from 'fflate'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startBrowser, type Stage } from './browser.ts'

const STEPS = 20

/** Small enough for a software GPU, set through the page's own controls. */
async function makeSmall(page: Page): Promise<void> {
  const method = page.locator('#method')
  for (const summary of await method.locator('summary').all()) await summary.click()
  const fill = (name: string, value: number): Promise<void> =>
    method.getByRole('textbox', { name, exact: true }).fill(String(value))
  await page.getByRole('textbox', { name: 'Held out' }).fill('0.01')
  await fill('Steps', STEPS)
  await fill('Batch size', 2)
  await fill('Longest row', 64)
  await fill('Warm-up', 2)
  await fill('Validate every', 6)
  await fill('Checkpoint every', 2)
  await fill('Test rows', 2)
  await fill('Longest answer', 8)
}

describe('from an empty page to an adapter', () => {
  let stage: Stage
  let page: Page
  let zip: Buffer
  beforeAll(async () => {
    stage = await startBrowser()
    page = await stage.open()
  })
  afterAll(() => stage.close())

  // Each step stands on the one before: after a failure the rest would only wait.
  let failed: string | undefined
  beforeEach(() => {
    if (failed !== undefined) throw new Error(`An earlier step of the journey failed: ${failed}`)
  })
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') failed ??= task.name
  })

  const train = () => page.locator('#train')
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true })

  it('opens the starter by itself and says where everything stays', async () => {
    await page.locator('#model').getByText('Parameters').waitFor()
    await page.getByText('Nothing leaves this machine unasked:').waitFor()
    await page.getByText('a software adapter').waitFor()
  })

  it('shows a sample as the model will read it', async () => {
    await page.getByRole('list', { name: 'Samples' }).getByRole('button').first().click()
    await page.getByText('As the model reads it').waitFor()
    expect(await page.locator('#data mark.token-trained').count()).toBeGreaterThan(5)
    expect(await page.locator('#data td').count()).toBeGreaterThan(1)
  })

  it('plans bytes and time before the start', async () => {
    await makeSmall(page)
    await train().getByText('Trainable parameters').waitFor()
    await page.waitForFunction(() => /Time\s*\d/.test(document.querySelector('#train')?.textContent ?? ''))
    expect(await train().locator('table').textContent()).toMatch(/Weights.*MB.*Total/)
  })

  it('trains, pauses and goes on', async () => {
    await button('Train').click()
    await train().getByText('Step', { exact: true }).waitFor()
    const step = async (): Promise<number> => Number(new RegExp(`(\\d+) of ${STEPS}, loss`).exec((await page.locator('.story').textContent()) ?? '')?.[1] ?? 0)
    await expect.poll(step).toBeGreaterThan(0)
    await button('Pause').click()
    await button('Continue').waitFor()
    const paused = await step()
    await button('Continue').click()
    await expect.poll(step).toBeGreaterThan(paused)
    // Again, so that the run is in its middle however long the next page takes.
    await button('Pause').click()
    await button('Continue').waitFor()
    await train().getByText('Safe to close').waitFor()
  })

  it('survives a reload in the middle: offers to continue, and continues to the end', async () => {
    await page.reload()
    const offer = page.getByRole('region', { name: 'Unfinished run' })
    await offer.waitFor()
    await offer.getByRole('button', { name: /^Continue from step \d+$/ }).click()
    await button('Train anew').waitFor()
    await train().getByText(`step ${STEPS} of ${STEPS}`, { exact: true }).waitFor()
    // What was set before the reload is set.
    expect(await page.getByRole('textbox', { name: 'Longest row', exact: true }).inputValue()).toBe('64')
    await train().getByText('Show as table').first().click()
    const rows = page.getByRole('region', { name: /^Loss.*table$/ }).getByRole('row')
    await rows.nth(STEPS).waitFor()
    expect(await rows.count()).toBe(STEPS + 1)
  })

  it('shows the score before and after', async () => {
    const judge = page.locator('#judge')
    await judge.getByText('Exact match on the test rows').waitFor()
    expect(await judge.getByText(/\d of 2/).count()).toBeGreaterThanOrEqual(2)
    await judge.getByRole('rowheader', { name: '16 passages of general text' }).waitFor()
    expect(await judge.getByRole('row', { name: /^Perplexity tokens/ }).count()).toBe(2)
    expect(await judge.getByRole('region', { name: 'Answers to the test rows' }).getByRole('row').count()).toBe(3)
  })

  it('answers a prompt with both models', async () => {
    await page.locator('#judge summary', { hasText: 'Sampling' }).click()
    await page.getByRole('textbox', { name: 'Max tokens' }).fill('8')
    await page.getByLabel('Prompt', { exact: true }).fill('The dog ran to the')
    await button('Ask both models').click()
    for (const which of ['Base', 'Tuned']) {
      const reply = page.getByRole('region', { name: `${which} model’s answer` })
      await page.waitForFunction(
        (e) => e?.getAttribute('aria-busy') === 'false' && (e.querySelector('p')?.textContent ?? '').length > 1,
        await reply.elementHandle(),
      )
    }
    await button('Tokens').click()
    await page.getByRole('toolbar', { name: 'Tokens of the base model’s answer' }).getByRole('button').first().click()
    await page.getByRole('row', { name: / chosen / }).waitFor()
    await button('Text').click()
  })

  it('gives the adapter away as one zip', async () => {
    const saved = page.waitForEvent('download')
    await button('Download adapter').click()
    const download = await saved
    expect(download.suggestedFilename()).toMatch(/\.zip$/)
    zip = await readFile(await download.path())
    const files = unzipSync(new Uint8Array(zip))
    const names = Object.keys(files).map((name) => name.split('/').at(-1))
    expect(names).toContain('adapter_model.safetensors')
    expect(names).toContain('adapter_config.json')
    await page.locator('#take-away').getByText('adapter_model.safetensors').waitFor()
  })

  it('loads that zip as a second adapter, answers with both, and combines them into a third', async () => {
    await page.getByLabel('Load a zip…').setInputFiles({ name: 'again.zip', mimeType: 'application/zip', buffer: zip })
    // Its recipe gives it the run's name.
    await page.locator('#adapters').getByText(/^Answers come from .* \(loaded\)\.$/).waitFor()
    const boxes = page.locator('#adapters').getByRole('checkbox')
    expect(await boxes.count()).toBe(2)
    for (const box of await boxes.all()) await box.check()
    await page.getByRole('slider', { name: /^Weight of .* \(loaded\)$/ }).fill('0.5')
    await button('Ask both models').click()
    const reply = page.getByRole('region', { name: 'Tuned model’s answer' })
    await reply.getByText(/\(loaded\) × 0\.5/).waitFor()
    await page.waitForFunction((e) => e?.getAttribute('aria-busy') === 'false', await reply.elementHandle())
    expect(await reply.getByRole('alert').count()).toBe(0)
    await button('Combine…').click()
    await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('mean')
    await page.getByRole('dialog').getByRole('button', { name: 'Combine', exact: true }).click()
    await page.getByRole('checkbox', { name: 'Answer with mean' }).waitFor()
    const saved = page.waitForEvent('download')
    await button('Download mean').click()
    const files = unzipSync(new Uint8Array(await readFile(await (await saved).path())))
    expect(Object.keys(files).map((name) => name.split('/').at(-1))).toContain('adapter_model.safetensors')
  })

  it('has no axe violation at the end', async () => {
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([])
  })

  it('shows the run after a reload as it was looked at, with its answers, and opens it from the list', async () => {
    await page.getByLabel('Open a file…').setInputFiles({ name: 'mine.jsonl', mimeType: 'application/json', buffer: Buffer.from('{"prompt":"Ahoy","completion":"matey"}\n'.repeat(9)) })
    await page.locator('#data').getByText('mine.jsonl').waitFor()
    await expect.poll(() => page.evaluate(() => JSON.parse(sessionStorage.getItem('tunesmith.desk') ?? '{}').files)).toMatch(/^desk-/)
    const said = await page.getByRole('region', { name: 'Tuned model’s answer' }).locator('p').first().textContent()
    await page.reload()
    await page.locator('#data').getByText('mine.jsonl').waitFor()
    await page.locator('#data').getByText('Ahoy').first().waitFor({ state: 'attached' })
    const runs = page.getByRole('region', { name: 'Stored runs' })
    await runs.getByText('done', { exact: true }).waitFor()
    await train().getByText(`step ${STEPS} of ${STEPS}`, { exact: true }).waitFor()
    expect(await page.getByLabel('Prompt', { exact: true }).inputValue()).toBe('The dog ran to the')
    await expect.poll(() => page.getByRole('region', { name: 'Tuned model’s answer' }).locator('p').first().textContent()).toBe(said)
    await expect.poll(() => page.getByRole('slider', { name: /^Weight of .* \(loaded\)$/ }).inputValue()).toBe('0.5')
    await runs.getByRole('button', { name: /^Open / }).click()
    await page.locator('#judge').getByText('Exact match on the test rows').waitFor()
  })

  it('asked no other address for anything and logged no error', () => {
    expect(stage.requests.filter((url) => !url.startsWith(stage.url) && !/^(blob|data):/.test(url))).toEqual([])
    expect(stage.errors).toEqual([])
  })
})
