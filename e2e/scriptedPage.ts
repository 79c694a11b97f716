// What journeys do on the page around the scripted Studio, again and again.
import type { Page } from 'playwright-core'
import { defaultRecipe } from '../src/protocol/recipe.ts'
import { testRecord } from '../src/ui/testFixtures.ts'
import type { Script } from '../src/ui/testStudio.ts'
import type { Stage } from './browser.ts'

/** A stored run that was cut off. */
export const interrupted = testRecord(
  'cut',
  { ...defaultRecipe(), name: 'Night run' },
  { status: 'running', step: 80, checkpointStep: 75, lastLoss: 1.3 },
)

export const openScripted = (stage: Stage, script: Script = {}): Promise<Page> => stage.open(`#${encodeURIComponent(JSON.stringify(script))}`)
export const pickSample = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: /Talk like a pirate/ }).click()
  await page.getByText('1 min 22 s').waitFor()
}
export const train = (page: Page): Promise<void> => page.getByRole('button', { name: 'Train', exact: true }).click()
export const pickMethod = async (page: Page, label: string): Promise<void> => {
  const name = new RegExp(`^${label}`)
  // The chip, not the radio that nobody sees in it: Playwright waits until a thing that is seen stands still.
  await page.locator('label.method').filter({ has: page.getByRole('radio', { name }) }).click()
  await page.getByRole('radio', { name, checked: true }).waitFor({ state: 'attached' })
}
/** What an adapter's menu holds. */
export const chooseMore = async (page: Page, adapter: string, what: string): Promise<void> => {
  await page.getByRole('button', { name: `More for ${adapter}`, exact: true }).click()
  await page.getByRole('dialog', { name: `More for ${adapter}` }).getByRole('button', { name: what, exact: true }).click()
}
export const loadAdapter = async (page: Page, name: string): Promise<void> => {
  const file = { name: `${name}.zip`, mimeType: 'application/zip', buffer: Buffer.from('scripted') }
  await page.getByLabel('Load a zip…').setInputFiles(file)
  await page.getByRole('checkbox', { name: `Answer with ${name}` }).waitFor()
}
export const loadTwo = async (page: Page): Promise<void> => {
  await pickSample(page)
  await loadAdapter(page, 'desk')
  await loadAdapter(page, 'pirate')
  await page.getByRole('checkbox', { name: 'Answer with desk' }).check()
}
export const focused = (page: Page): Promise<string | null | undefined> => page.evaluate(() => document.activeElement?.textContent)
export const trained = (page: Page): Promise<void> => page.getByRole('button', { name: 'Train anew' }).waitFor()
