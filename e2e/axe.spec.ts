// Everyone's use, in every state that the scripted Studio reaches, in both themes and at two widths: axe finds nothing.
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Script } from '../src/ui/testStudio.ts'
import { startBrowser, type Stage } from './browser.ts'
import { buildHarness } from './harness.ts'
import { chooseMore, interrupted, loadTwo, openScripted, pickMethod, pickSample, train, trained } from './scriptedPage.ts'

describe('the page has no axe violation', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startBrowser({ folder: await buildHarness() })
  })
  afterAll(() => stage.close())

  const open = (script?: Script): Promise<Page> => openScripted(stage, script)

  const states: Record<string, (page: Page) => Promise<void>> = {
    'just opened': async (page) => void (await page.getByText('3.15 M').first().waitFor()),
    'with data, a wrong option and every disclosure open': async (page) => {
      await pickSample(page)
      await page.getByLabel('Rank (r)').fill('4000')
      await page.evaluate(() => document.querySelectorAll('details').forEach((d) => (d.open = true)))
      await page.getByRole('button', { name: 'Add to rank_pattern' }).click()
      await page.getByLabel('rank_pattern, name 1').fill('q_proj')
      await page.getByLabel('layers_to_transform').fill('0-3, x')
      await page.getByText('Entry 5 of layers_to_transform must be a number.').waitFor()
    },
    'paused in training': async (page) => {
      await pickSample(page)
      await train(page)
      await page.getByText('Safe to close').waitFor()
      await page.getByRole('button', { name: 'Pause' }).click()
      await page.getByRole('button', { name: 'Continue', exact: true }).waitFor()
      await page.evaluate(() => document.querySelectorAll('details').forEach((d) => (d.open = true)))
    },
    'trained, asked and downloaded': async (page) => {
      await pickSample(page)
      await page.getByRole('textbox', { name: 'Steps', exact: true }).fill('20')
      await train(page)
      await trained(page)
      await page.getByRole('button', { name: 'Ask both models' }).click()
      await page.getByText('me hearty!').waitFor()
      await page.getByRole('button', { name: 'Download adapter' }).click()
      await page.getByText('adapter_config.json').waitFor()
    },
  }
  /** Seen wide and light, and narrow and dark: each colour and each width once. */
  const further: Record<string, (page: Page) => Promise<void>> = {
    'answers token by token, and the report card open': async (page) => {
      await pickSample(page)
      await page.getByRole('textbox', { name: 'Steps', exact: true }).fill('20')
      await train(page)
      await trained(page)
      await page.getByText('Better beyond chance').waitFor()
      await page.getByRole('button', { name: 'Ask both models' }).click()
      await page.getByText('me hearty!').waitFor()
      await page.getByRole('button', { name: 'Differences' }).click()
      await page.locator('ins', { hasText: 'hearty!' }).waitFor()
      await page.getByRole('button', { name: 'Tokens', exact: true }).click()
      await page.getByRole('button', { name: /^hound/ }).click()
      await page.keyboard.press('ArrowRight')
      await page.getByRole('row', { name: /scurried.* chosen/ }).waitFor()
      await page.evaluate(() => document.querySelectorAll<HTMLDetailsElement>('#judge details').forEach((d) => (d.open = true)))
      await page.getByRole('table', { name: 'Confusions of the tuned model' }).waitFor()
    },
    'with a union, its options open': async (page) => {
      await pickMethod(page, 'MAM')
      await page.getByText('216,576').waitFor()
      await page.evaluate(() => document.querySelectorAll('details').forEach((d) => (d.open = true)))
    },
    'rows looked through, and a term explained': async (page) => {
      await pickSample(page)
      await page.getByText('All 480 rows').click()
      await page.getByRole('button', { name: 'Row 3, as the model reads it' }).click()
      await page.getByRole('heading', { name: /^Row 3/ }).waitFor()
      await page.getByRole('button', { name: 'What is this: Trained tokens' }).click()
      await page.getByRole('dialog', { name: 'Trained tokens' }).waitFor()
    },
    'with several tasks': async (page) => {
      await pickSample(page)
      await pickMethod(page, 'Hypernetwork')
      await page.getByRole('checkbox', { name: 'Several datasets, a task each' }).check()
      await page.getByRole('button', { name: /Orders to JSON/ }).click()
      await page.getByRole('textbox', { name: 'What orders asks for' }).waitFor()
    },
    'with a method that has nothing to train': async (page) => {
      await pickMethod(page, 'BitFit')
      await page.getByText('BitFit has nothing to train').waitFor()
    },
    'several adapters answering, one made smaller, its menu open': async (page) => {
      await loadTwo(page)
      await page.getByRole('button', { name: 'Ask both models' }).click()
      await page.getByText('me hearty!').waitFor()
      await chooseMore(page, 'desk', 'Compress')
      await page.getByRole('dialog').getByRole('button', { name: 'Compress', exact: true }).click()
      await page.getByText('1.040 → 1.090').waitFor()
      await page.getByRole('button', { name: 'More for desk', exact: true }).click()
      await page.getByRole('dialog', { name: 'More for desk' }).waitFor()
    },
    'combining adapters': async (page) => {
      await loadTwo(page)
      await page.getByRole('button', { name: 'Combine…' }).click()
      await page.getByLabel('How', { exact: true }).selectOption('dare_ties_svd')
    },
  }
  const light = { colorScheme: 'light', width: 1440, height: 900 } as const
  const dark = { colorScheme: 'dark', width: 390, height: 844 } as const
  const crossed = [
    { ...light, colorScheme: dark.colorScheme },
    { ...dark, colorScheme: light.colorScheme },
  ]
  for (const [name, reach] of Object.entries({ ...states, ...further }))
    it(name, async () => {
      const page = await open({ pace: 5, ...(name.startsWith('paused') && { holdAt: 30 }) })
      await page.setViewportSize(light)
      await reach(page)
      for (const { colorScheme, ...size } of [light, dark, ...(name in states ? crossed : [])]) {
        // What moves from one colour to another has both for a moment.
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        await page.setViewportSize(size)
        const { violations } = await new AxeBuilder({ page }).analyze()
        expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`), `${colorScheme}, ${size.width} wide`).toEqual([])
      }
      await page.close()
    })

  it('with failures everywhere and no WebGPU', async () => {
    const failure = {
      code: 'bad-model',
      message: 'The folder holds no tokenizer.json.',
      hint: 'Drop the whole folder.',
    } as const
    const page = await open({ noWebGpu: true, modelFailure: failure, runs: [interrupted] })
    await page.getByText('This browser offers no WebGPU.').waitFor()
    await page.getByText('The folder holds no tokenizer.json.').waitFor()
    expect(await page.getByRole('button', { name: 'Train', exact: true }).isDisabled()).toBe(true)
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map((v) => v.id)).toEqual([])
    await page.close()
  })

  it('breaks no policy and loads nothing from elsewhere', async () => {
    expect(stage.errors).toEqual([])
    expect(stage.requests.filter((url) => !url.startsWith(stage.url) && !/^(blob|data):/.test(url))).toEqual([])
  })
})
