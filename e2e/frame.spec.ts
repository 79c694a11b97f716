// What surrounds the story, by keyboard and in two languages: the palette and the sheet, the presets, the trial of memory, the
// self-test, the list of requests and the storage, without an axe violation in either theme.
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Script } from '../src/ui/testStudio.ts'
import { startBrowser, type Stage } from './browser.ts'
import { buildHarness } from './harness.ts'

let stage: Stage
beforeAll(async () => {
  stage = await startBrowser({ folder: await buildHarness() })
})
afterAll(() => stage.close())

const open = (script: Script): Promise<Page> => stage.open(`#${encodeURIComponent(JSON.stringify(script))}`)
/** Does something by its name alone. */
async function command(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Type what you want to do' }).fill(words)
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'Commands' }).waitFor({ state: 'detached' })
}
async function expectSound(page: Page): Promise<void> {
  // What moves from one colour to another has both for a moment.
  await page.emulateMedia({ reducedMotion: 'reduce' })
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join('; ')}`)).toEqual([])
}

it('reaches every action by its name, and says what will not fit', async () => {
  const page = await open({ noRoom: true })
  await page.getByText('0 B sent').first().waitFor()
  await command(page, 'talk like a pirate')
  await page.getByText('1 min 22 s').first().waitFor()
  await command(page, 'quick taste')
  const steps = () => page.getByRole('textbox', { name: 'Steps', exact: true }).inputValue()
  await expect.poll(steps).toBe('40')
  await page.getByText(/^40 steps, about 16 s/).first().waitFor()
  // A reload in the middle loses neither the data nor the preset.
  await page.reload()
  await page.getByText(/^40 steps, about 16 s/).first().waitFor()
  await expect.poll(steps).toBe('40')
  await command(page, 'adam epsilon')
  // A field behind a disclosure is opened and has the focus.
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('adam_epsilon')
  await command(page, 'try this memory')
  await page.getByText(/^Will not fit: the plan needs 104 MB, and this GPU gave/).waitFor()
  await page.getByRole('button', { name: 'Set “Batch size” to 4' }).click()
  await page.getByText(/^Will not fit/).waitFor({ state: 'detached' })
  await command(page, 'test the kernels')
  await page.getByText(/^All 3 kernels agree with the oracle/).waitFor()
  await command(page, 'see what is kept')
  await page.getByText('The browser may clear it when the disk fills.').waitFor()
  await page.evaluate(() => document.querySelectorAll<HTMLDetailsElement>('#machine details').forEach((d) => (d.open = true)))
  await expectSound(page)

  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Type what you want to do' }).fill('zzz')
  await page.getByText('Nothing on the page is called that.').waitFor()
  await page.getByRole('combobox', { name: 'Type what you want to do' }).fill('')
  await expectSound(page)
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await command(page, 'this machine')
  await page.keyboard.press('?')
  await page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor()
  await expectSound(page)
  // Single keys can be switched off, and then are text like any other.
  await page.getByRole('checkbox', { name: 'Shortcuts of a single key' }).uncheck()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.keyboard.press('?')
  expect(await page.getByRole('dialog').count()).toBe(0)
  await command(page, 'theme: dark')
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark')
  await expectSound(page)
  expect(stage.errors).toEqual([])
  await page.close()
})

it('speaks German when told to, remembers it, and reflows in it', async () => {
  const page = await open({})
  await page.getByText('0 B sent').first().waitFor()
  await page.setViewportSize({ width: 320, height: 700 })
  await command(page, 'deutsch')
  await page.getByRole('heading', { name: 'Dieser Rechner' }).waitFor()
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('de')
  const sample = (pressed: boolean) => page.getByRole('button', { name: /^Reden wie ein Pirat/, pressed })
  await sample(false).click()
  await sample(true).waitFor()
  await page.reload()
  await sample(true).waitFor()
  await page.getByRole('button', { name: 'Nachsehen, was behalten wird' }).click()
  await page.evaluate(() => document.querySelectorAll('details').forEach((d) => (d.open = true)))
  await expectSound(page)
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  expect(await page.evaluate(() => localStorage.getItem('tunesmith.language'))).toBe('de')
  await page.close()
})
