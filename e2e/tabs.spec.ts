// Two tabs of the real studio: one trains, the other watches it live, takes it over, and goes on from where it
// stopped; the run then travels as a project.
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startBrowser, type Stage } from './browser.ts'

/** More than there is time for. */
const STEPS = 900

let stage: Stage
beforeAll(async () => {
  stage = await startBrowser()
})
afterAll(() => stage.close())

it('shows another tab’s run as it goes on, takes it over, and carries it as a project', async () => {
  const first = await stage.open()
  await first.locator('#model').getByText('Parameters').waitFor()
  await first.getByRole('list', { name: 'Samples' }).getByRole('button').first().click()
  await first.getByText('As the model reads it').waitFor()
  const fill = (name: string, value: string) => first.getByRole('textbox', { name, exact: true }).fill(value)
  await fill('Steps', String(STEPS))
  await fill('Batch size', '1')
  await fill('Longest row', '16')
  await fill('Validate every', '0')
  await fill('Test rows', '0')
  await first.getByRole('button', { name: 'Train', exact: true }).click()
  await first.getByText(new RegExp(`step \\d+ of ${STEPS}`)).first().waitFor()

  const second = await stage.open()
  const offer = second.getByRole('region', { name: 'Run of another tab' })
  await offer.getByRole('button', { name: 'Watch it here' }).click()
  await second.getByText('It is on show here, live.').waitFor()
  const step = async () => Number(new RegExp(`step (\\d+) of ${STEPS}`).exec((await second.locator('#train').textContent()) ?? '')?.[1] ?? 0)
  await expect.poll(step).toBeGreaterThan(0)
  const early = await step()
  await expect.poll(step).toBeGreaterThan(early)
  const before = await step()
  expect(await second.getByRole('button', { name: /^Train/ }).getAttribute('aria-disabled')).toBe('true')

  await offer.getByRole('button', { name: 'Take it over' }).click()
  await second.locator('#train').getByRole('button', { name: 'Pause' }).waitFor()
  await first.getByText('This run goes on in another tab, which asked for it.').waitFor()
  await first.close()
  await expect.poll(step).toBeGreaterThan(before + 1)
  await second.locator('#train').getByRole('button', { name: 'Stop' }).click()
  await second.locator('#train').getByRole('button', { name: 'Train anew' }).waitFor()

  // The stopped run leaves as a project, is deleted here, and comes back to go on from its checkpoint.
  const stopped = await step()
  await second.getByRole('button', { name: 'See what is kept' }).click()
  await second.getByText('By run').click()
  const saving = second.waitForEvent('download')
  await second.getByRole('button', { name: /^Save .* as a project$/ }).click()
  const file = await (await saving).path()
  await second.getByRole('button', { name: /^Delete all of/ }).click()
  await second.getByRole('button', { name: 'Delete the run', exact: true }).last().click()
  await second.getByText('No run is stored.').waitFor()
  await second.getByLabel('Open a project…').setInputFiles({ name: 'night.project.zip', mimeType: 'application/zip', buffer: await readFile(file) })
  await second.locator('#runs').getByText(`${stopped} of ${STEPS}`).waitFor()
  await second.locator('#runs').getByRole('button', { name: /^Continue/ }).click()
  await expect.poll(step).toBeGreaterThan(stopped)
  await second.locator('#train').getByRole('button', { name: 'Stop' }).click()
  await second.locator('#train').getByRole('button', { name: 'Train anew' }).waitFor()
  expect(stage.errors).toEqual([])
})
