// Two tabs of the real studio: one trains, the other watches it live, takes it over, and goes on from where it stopped.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startBrowser, type Stage } from './browser.ts'

let stage: Stage
beforeAll(async () => {
  stage = await startBrowser()
})
afterAll(() => stage.close())

it('shows another tab’s run as it goes on, and takes it over', async () => {
  const first = await stage.open()
  await first.locator('#model').getByText('Parameters').waitFor()
  await first.getByRole('list', { name: 'Samples' }).getByRole('button').first().click()
  await first.getByText('As the model reads it').waitFor()
  const fill = (name: string, value: string) => first.getByRole('textbox', { name, exact: true }).fill(value)
  await fill('Steps', '400')
  await fill('Batch size', '1')
  await fill('Longest row', '16')
  await fill('Validate every', '0')
  await fill('Test rows', '0')
  await first.getByRole('button', { name: 'Train', exact: true }).click()
  await first.getByText(/step \d+ of 400/).first().waitFor()

  const second = await stage.open()
  const offer = second.getByRole('region', { name: 'Run of another tab' })
  await offer.getByRole('button', { name: 'Watch it here' }).click()
  await second.getByText('It is on show here, live.').waitFor()
  const step = async () => Number(/step (\d+) of 400/.exec((await second.locator('#train').textContent()) ?? '')?.[1] ?? 0)
  await expect.poll(step, { timeout: 60_000 }).toBeGreaterThan(0)
  const early = await step()
  await expect.poll(step, { timeout: 60_000 }).toBeGreaterThan(early)
  const before = await step()
  expect(await second.getByRole('button', { name: /^Train/ }).getAttribute('aria-disabled')).toBe('true')

  await offer.getByRole('button', { name: 'Take it over' }).click()
  await second.locator('#train').getByRole('button', { name: 'Pause' }).waitFor({ timeout: 120_000 })
  await first.getByText('This run goes on in another tab, which asked for it.').waitFor()
  await expect.poll(step, { timeout: 60_000 }).toBeGreaterThan(before + 1)
  await second.locator('#train').getByRole('button', { name: 'Stop' }).click()
  await second.locator('#train').getByRole('button', { name: 'Train anew' }).waitFor({ timeout: 120_000 })
  expect(stage.errors).toEqual([])
})
