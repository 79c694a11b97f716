// A run is watched, goes wrong, goes on more slowly, and is compared with another: by keyboard, in both themes, without an axe
// violation, with every picture told in words as well.
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startBrowser, type Stage } from './browser.ts'
import { buildHarness } from './harness.ts'
import { tabTo } from './keyboard.ts'
import { openScripted, pickSample, train, trained } from './scriptedPage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await startBrowser({ folder: await buildHarness() })
})
afterAll(() => stage.close())

const icon = (page: Page): Promise<string> => page.evaluate(() => decodeURIComponent(document.querySelector<HTMLLinkElement>('link[rel="icon"]')?.href ?? ''))
const setSteps = (page: Page, steps: number): Promise<void> => page.getByRole('textbox', { name: 'Steps', exact: true }).fill(String(steps))
async function press(page: Page, label: string | RegExp, key: string): Promise<void> {
  await page.getByLabel(label).focus()
  await page.keyboard.press(key)
}

it('is watched by keyboard alone: started, paused, read number by number, reloaded, stopped, continued, judged', async () => {
  const page = await openScripted(stage, { holdAt: 30 })
  await page.getByText('3.15 M').first().waitFor()
  const act = async (name: RegExp, key = 'Enter'): Promise<void> => {
    await tabTo(page, name)
    await page.keyboard.press(key)
  }
  const focus = (): Promise<string | undefined> => page.evaluate(() => document.activeElement?.textContent)
  const group = page.getByRole('group', { name: 'How the curves are shown' })
  const heard = page.locator('#train .unseen[role=status]')
  await act(/^Talk like a pirate/)
  await page.getByText('1 min 22 s').waitFor()
  await act(/^Train$/)
  await page.locator('#train').getByText('step 30 of 200').waitFor()
  // The button that started it pauses it, and that it rests is heard at once.
  await act(/^Pause$/)
  await expect.poll(() => heard.textContent()).toBe('Paused.')
  await act(/^Smoothed$/, 'Space')
  await act(/^Log scale$/)
  for (const [twin, cell] of [
    ['Loss, nats per trained token', /^30\d\.\d{3}/],
    ['Learning rate', /^30/],
    ['Gradient norm before clipping', /^30/],
    ['gradient norm by layer', /^layer 1/i],
    ['what each token costs', /\d\.\d{3}/],
  ] as const) {
    await act(new RegExp(`^Show as table: ${twin}$`))
    const table = page.getByRole('region', { name: new RegExp(`^${twin}, table$`, 'i') })
    await table.getByRole('row').filter({ hasText: cell }).first().waitFor()
    await page.keyboard.press('Tab')
    await expect.poll(() => table.evaluate((element) => element === document.activeElement)).toBe(true)
  }
  await page.reload()
  await act(/^Continue from step 30$/)
  await group.getByRole('button', { name: 'Smoothed', pressed: false }).waitFor()
  await group.getByRole('button', { name: 'Log scale', pressed: true }).waitFor()
  await tabTo(page, /^Pause$/)
  await act(/^Stop$/)
  // What goes hands the focus on.
  await expect.poll(focus).toBe('Train anew')
  await act(/^Continue from the checkpoint$/)
  await page.getByRole('button', { name: 'Pause', disabled: false }).waitFor()
  await expect.poll(focus).toBe('Pause')
  await page.keyboard.press('Enter')
  await expect.poll(focus).toBe('Continue')
  // Off until somebody wants it; told once, and only to somebody who looks elsewhere.
  expect(await page.getByRole('checkbox', { name: 'Notify me when it is over' }).isChecked()).toBe(false)
  await stage.context.grantPermissions(['notifications'])
  await act(/^Notify me when it is over/, 'Space')
  await page.getByRole('checkbox', { name: 'Notify me when it is over', checked: true }).waitFor()
  const notices = await page.evaluateHandle(() => {
    const told: string[] = []
    Object.defineProperty(document, 'visibilityState', { value: 'hidden' })
    window.Notification = new Proxy(Notification, { construct: (Real, [title, options]: [string, NotificationOptions]) => (told.push(`${title}: ${options.body}`), new Real(title, options)) })
    return told
  })
  await page.getByRole('button', { name: 'Continue', exact: true }).focus()
  await page.keyboard.press('Enter')
  await trained(page)
  await expect.poll(() => notices.jsonValue()).toEqual([expect.stringMatching(/^Talk like a pirate · Tunesmith: Done\. Step 200 of 200, loss \d\.\d{3}\.$/)])
  await expect.poll(() => heard.textContent()).toBe('Done.')
  await tabTo(page, /^Report card, all measures$/)
  await page.locator(':focus').getByRole('rowheader', { name: /^Exact match/ }).waitFor()
  await act(/^How to read/)
  await page.close()
})

it('watches a run that diverges, goes on at a lower rate, and is compared with another', async () => {
  const page = await openScripted(stage, { divergeAt: 60, pace: 2 })
  await pickSample(page)
  await setSteps(page, 100)
  await press(page, 'Show answers as it learns', 'Space')
  await train(page)
  await page.getByRole('button', { name: /^Go on from step 50/ }).waitFor()
  await tabTo(page, /^Go on from step 50 at a learning rate of (0\.00033|3\.3e-4)$/)
  await expect.poll(() => page.title()).toBe('⚠ failed at 60 % · Tunesmith')
  await expect.poll(() => icon(page)).toContain('#ff7a6e')
  await page.keyboard.press('Enter')
  await trained(page)
  await page.getByText(/^From step 50 on the learning rate peaks at (0\.00033|3\.3e-4) instead of 0\.001\./).waitFor()
  await expect.poll(() => page.title()).toBe('✓ done · Tunesmith')
  await expect.poll(() => icon(page)).toContain('#5bcdb9')

  // One cursor for every chart, moved by the keyboard.
  await press(page, /^Read at step/, 'Home')
  const legends = page.locator('#train .chart-legend').filter({ hasText: /step 1$/ })
  await expect.poll(() => legends.count()).toBe(3)
  await page.getByRole('group', { name: 'How the curves are shown' }).getByRole('button', { name: 'Log scale' }).press('Enter')
  await expect.poll(() => page.locator('#train .u-over').count()).toBe(3)
  const answers = page.getByRole('region', { name: 'Answers as it learns, step by step' })
  await expect.poll(() => answers.getByRole('rowheader').allTextContents()).toEqual(['0', '13', '26', '39', '52', '65', '78', '91', '100', 'Expected'])
  await expect.poll(() => page.locator('.heat canvas').evaluate((canvas: HTMLCanvasElement) => canvas.getContext('2d')!.getImageData(2, 2, 1, 1).data[3]!)).toBeGreaterThan(0)

  // A reload in the middle: the run is on show as it was, with its setting.
  await page.reload()
  await page.locator('#train').getByText('step 100 of 100').waitFor()
  await page.getByRole('group', { name: 'How the curves are shown' }).getByRole('button', { name: 'Log scale', pressed: true }).waitFor()
  await expect.poll(() => page.locator('#train .u-over').count()).toBe(3)
  expect(await page.getByRole('textbox', { name: 'Steps', exact: true }).inputValue()).toBe('100')

  await setSteps(page, 80)
  await page.getByRole('button', { name: 'Train anew' }).press('Enter')
  await trained(page)
  await page.getByRole('button', { name: 'Loss', exact: true }).press('Enter')
  await expect.poll(() => page.getByRole('columnheader', { name: 'Loss' }).getAttribute('aria-sort')).toBe('ascending')
  for (const steps of ['100 of 100', '80 of 80']) await page.getByRole('row', { name: new RegExp(steps) }).getByRole('checkbox').press('Space')
  const difference = page.getByText(/differs from .*: steps 80 instead of 100\.$/)
  await difference.waitFor()
  // Another: they stand side by side again.
  await page.reload()
  await difference.waitFor()
  await expect.poll(() => page.getByRole('columnheader', { name: 'Loss', exact: true }).getAttribute('aria-sort')).toBe('ascending')
  const bars = page.getByRole('region', { name: 'What the runs came to' })
  await expect.poll(() => bars.getByRole('columnheader').allTextContents()).toEqual(['Run', 'Exact match', 'Validation loss', 'Trainable parameters', 'GPU memory, planned', 'Time in steps'])

  await page.evaluate(() => document.querySelectorAll('details').forEach((d) => (d.open = true)))
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const { violations } = await new AxeBuilder({ page }).include('#train').include('#runs').analyze()
    expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join('; ')}`)).toEqual([])
  }
  await page.setViewportSize({ width: 320, height: 800 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  expect(stage.errors).toEqual([])
  await page.close()
})
