// Texts from outside stay text, under the real policy in a real browser: classic payloads through everything that people, files,
// models and servers write. Nothing is reported by the policy or by Trusted Types, no element is made of them, no code runs.
import { zipSync, strToU8 } from 'fflate'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultRecipe } from '../src/protocol/recipe.ts'
import { recipeFragment } from '../src/store/recipeLink.ts'
import { startBrowser, type Stage } from './browser.ts'
import { buildHarness } from './harness.ts'
import { PAYLOADS } from './outsidePage/payloads.ts'

declare global {
  interface Window {
    hits: unknown[]
    reports: string[]
    hit: (n: unknown) => void
  }
}

/** Every payload that ran would be counted, and whatever the policy had to stop. */
async function watched(stage: Stage, path = ''): Promise<{ page: Page; dialogs: string[] }> {
  const page = await stage.context.newPage()
  const dialogs: string[] = []
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  await page.addInitScript(() => {
    window.hits = []
    window.reports = []
    window.hit = (n) => window.hits.push(n)
    document.addEventListener('securitypolicyviolation', (e) => window.reports.push(`${e.effectiveDirective}: ${e.blockedURI} ${e.sample}`))
    new ReportingObserver((reports) => window.reports.push(...reports.map((r) => JSON.stringify(r))), { buffered: true }).observe()
  })
  await page.goto(stage.url + path)
  return { page, dialogs }
}

/** What no text may do; answers with the payloads that are not seen, each as what it is. */
async function harmless(stage: Stage, { page, dialogs }: { page: Page; dialogs: string[] }): Promise<readonly string[]> {
  const found = await page.evaluate((payloads) => {
    const made = [...document.querySelectorAll('.evil, base, iframe, object, embed, template, img, body script, [onerror], [onload], [onfocus], [onmouseover], [ontoggle], [autofocus]')]
    const links = [...document.querySelectorAll('a[href], area[href]')].map((a) => a.getAttribute('href')!).filter((href) => !/^(https?:|#)/.test(href))
    const written = [...document.querySelectorAll('input, textarea, select, [aria-label], [title], [placeholder]')].flatMap((e) => [...['aria-label', 'title', 'placeholder'].map((name) => e.getAttribute(name) ?? ''), 'value' in e ? String(e.value) : ''])
    const text = [document.body.textContent, document.title, ...written].join('\n')
    const visible = getComputedStyle(document.body).display
    return { made: made.filter((e) => e.id !== 'own').map((e) => e.outerHTML.slice(0, 200)).filter((html) => !html.startsWith('<script type="module"')), links, hits: window.hits, reports: window.reports, visible, unseen: payloads.filter((p) => !text.includes(p.slice(0, 60))), at: location.origin }
  }, PAYLOADS)
  expect(found).toMatchObject({ made: [], links: [], hits: [], reports: [], visible: 'block' })
  expect(`${found.at}/`).toBe(stage.url)
  expect(dialogs).toEqual([])
  expect(stage.errors.filter((e) => /Content Security Policy|TrustedHTML|TrustedScript/.test(e))).toEqual([])
  expect(stage.requests.filter((url) => !url.startsWith(stage.url) && !/^(blob|data):/.test(url))).toEqual([])
  return found.unseen
}

const openAll = (page: Page): Promise<void> => page.evaluate(() => document.querySelectorAll('details').forEach((d) => (d.open = true)))

describe('whatever the studio reads, a model says or a server answers', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startBrowser({ folder: await buildHarness('outsidePage') })
  })
  afterAll(() => stage.close())

  it('stays text in every part of the page, in both languages', async () => {
    const watch = await watched(stage)
    const { page } = watch
    await page.locator('.samples button').first().click()
    await page.locator('.token-text').first().waitFor()
    await page.getByLabel('Recipe name').fill(PAYLOADS[9]!)
    await page.getByRole('button', { name: 'Train', exact: true }).click()
    await page.getByRole('button', { name: 'Train anew' }).waitFor()
    await page.getByRole('textbox', { name: 'Prompt', exact: true }).fill(PAYLOADS[0]!)
    await page.getByRole('button', { name: 'Ask both models' }).click()
    await page.locator('.reply-tokens, .reply').first().waitFor()
    for (const name of [PAYLOADS[0]!, PAYLOADS[3]!]) await page.getByLabel('Load a zip…').setInputFiles({ name: `${name.replaceAll('/', '')}.zip`, mimeType: 'application/zip', buffer: Buffer.from('scripted') })
    const compared = page.locator('#runs tbody input[type=checkbox]')
    for (const i of [0, 1]) await compared.nth(i).check()
    await page.locator('#compare .compare-bars').waitFor()
    // A file that nothing reads: its name comes back in a sentence.
    await page.getByLabel('Open a file…').setInputFiles({ name: `${PAYLOADS[0]!}.xyz`, mimeType: 'application/octet-stream', buffer: Buffer.from('?') })
    await page.getByLabel('organisation/name').or(page.locator('#hub-repo')).first().fill(PAYLOADS[2]!)
    await openAll(page)
    await expect.poll(() => harmless(stage, watch)).toEqual([])

    for (const open of ['Combine…', 'Rename', 'Compress', 'To the Hub…', 'Delete']) {
      if (open !== 'Combine…') await page.locator('button.more').first().click()
      await page.locator('button:enabled', { hasText: new RegExp(`^${open}$`) }).locator('visible=true').first().click()
      await page.locator('dialog[open]').waitFor()
      await expect.poll(() => harmless(stage, watch)).toEqual([])
      await page.keyboard.press('Escape')
      await page.locator('dialog[open]').waitFor({ state: 'detached' })
    }
    // The address that a Hub answers with is a link, and not every address may be one.
    await page.locator('#take-away').getByRole('button', { name: 'Send the adapter to' }).click()
    await page.getByLabel('Repository').fill(PAYLOADS[0]!)
    await page.getByLabel('Access token').last().fill('hf_none')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.locator('dialog[open]').getByRole('button', { name: 'Done' }).click()
    await expect.poll(() => harmless(stage, watch)).toEqual([])
    await page.keyboard.press('Control+k')
    await page.keyboard.type('<img')
    await page.locator('dialog[open] [role=option]').first().waitFor()
    await expect.poll(() => harmless(stage, watch)).toEqual([])
    await page.keyboard.press('Escape')

    await page.getByLabel('Language').selectOption('de')
    await page.getByRole('button', { name: 'Neu trainieren' }).waitFor()
    await expect.poll(() => harmless(stage, watch)).toEqual([])
    await page.close()
  })
})

describe('whatever comes through the real doors', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startBrowser()
  })
  afterAll(() => stage.close())

  it('stays text: columns and cells, broken rows, archives, projects, recipes and links', async () => {
    const name = PAYLOADS[0]!
    const link = await recipeFragment({ ...defaultRecipe(), name: PAYLOADS[3]! })
    const watch = await watched(stage, link)
    const { page } = watch
    await page.getByText(PAYLOADS[3]!).first().waitFor()
    await page.getByRole('button', { name: 'Use this recipe' }).click()
    await page.locator('#model .model-title').waitFor()
    const give = (label: string, file: string, content: string | Uint8Array): Promise<void> => page.getByLabel(label, { exact: true }).setInputFiles({ name: file, mimeType: 'application/octet-stream', buffer: Buffer.from(content) })
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
    const long = PAYLOADS.filter((p) => p.length >= 1000)
    const short = PAYLOADS.filter((p) => p.length < 1000)

    // Columns of no known kind, cells, and a mapping.
    await give('Open a file…', `${name}.csv`, [short.map(quoted), ...Array.from({ length: 8 }, (_, i) => short.map((p) => quoted(`${p} ${i}`)))].map((cells) => cells.join(',')).join('\n'))
    await page.locator('#data select[aria-labelledby]').first().waitFor()
    await openAll(page)
    await expect.poll(() => harmless(stage, watch)).toEqual(long)

    // Rows that train, with a broken one between them: a preview token by token, and a reason.
    const rows = [...short, ...short].map((prompt, i) => JSON.stringify({ prompt, completion: short[i % short.length] }))
    await give('Open a file…', `${name}.jsonl`, [...rows, '<script>hit(20)</script>', JSON.stringify({ prompt: [name], completion: 1 })].join('\n'))
    await page.locator('#data .token-text').first().waitFor()
    await openAll(page)
    const unseen = await harmless(stage, watch)
    for (const payload of short.slice(0, 3)) expect(unseen).not.toContain(payload)

    // Refusals that name what they found.
    const refused = page.locator('.failure')
    const refusals: readonly (readonly [string, string, string | Uint8Array])[] = [
      ['Open a file…', `${name}.json`, '[{"prompt": <img src=x onerror=hit(21)>}]'],
      ['Open a file…', `${name}.zip`, zipSync({ [PAYLOADS[3]!]: strToU8('x'), '..\\evil': strToU8('x') })],
      ['Open a file…', 'recipe.json', JSON.stringify({ ...defaultRecipe(), name: PAYLOADS[4], [PAYLOADS[1]!]: 1, methods: [{ id: PAYLOADS[0], options: {} }] })],
      ['Load a zip…', `${name}.zip`, zipSync({ 'adapter_config.json': strToU8(JSON.stringify({ peft_type: PAYLOADS[0], base_model_name_or_path: PAYLOADS[1] })), 'adapter_model.safetensors': strToU8(PAYLOADS[4]!) })],
      ['Open a project…', `${name}.project.zip`, zipSync({ [PAYLOADS[3]!]: strToU8('x'), 'project.json': strToU8(JSON.stringify({ [name]: name })) })],
      ['Open a GGUF file…', `${name}.gguf`, `GGUF${PAYLOADS[5]}`],
    ]
    for (const [label, file, content] of refusals) {
      const before = await refused.allTextContents()
      await give(label, file, content)
      await expect.poll(async () => (await refused.allTextContents()).join(), { message: `${label} ${file}` }).not.toBe(before.join())
      await harmless(stage, watch)
    }

    // The watch sees what it is there to see: a text that is made into elements, and an element of a payload.
    await page.evaluate(() => {
      try {
        document.createElement('div').innerHTML = '<b class=evil></b>'
      } catch {
        document.body.append(Object.assign(document.createElement('b'), { className: 'evil' }))
      }
    })
    await expect.poll(() => page.evaluate(() => window.reports.join())).toContain('trusted-types')
    await expect(harmless(stage, watch)).rejects.toThrow('made')
    await page.close()
  })
})
