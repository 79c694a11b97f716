// The page around a scripted Studio: what can be seen, reached and understood in every state, without waiting for a GPU.
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Script } from '../src/ui/testStudio.ts'
import { testRecord } from '../src/ui/testFixtures.ts'
import { defaultRecipe } from '../src/protocol/recipe.ts'
import { startBrowser, type Stage } from './browser.ts'
import { buildHarness } from './harness.ts'
import { tabTo } from './keyboard.ts'
import { mainThreadTasks } from './mainThread.ts'

const interrupted = testRecord(
  'cut',
  { ...defaultRecipe(), name: 'Night run' },
  { status: 'running', step: 80, checkpointStep: 75, lastLoss: 1.3 },
)

describe('the page', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startBrowser({ folder: await buildHarness() })
  })
  afterAll(() => stage.close())

  const open = (script: Script = {}): Promise<Page> => stage.open(`#${encodeURIComponent(JSON.stringify(script))}`)
  const pickSample = async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: /Talk like a pirate/ }).click()
    await page.getByText('1 min 22 s').waitFor()
  }
  const train = (page: Page): Promise<void> => page.getByRole('button', { name: 'Train', exact: true }).click()
  const pickMethod = (page: Page, label: string): Promise<void> =>
    page.getByRole('radio', { name: new RegExp(`^${label}`) }).check({ force: true })
  const loadAdapter = async (page: Page, name: string): Promise<void> => {
    const file = { name: `${name}.zip`, mimeType: 'application/zip', buffer: Buffer.from('scripted') }
    await page.getByLabel('Load a zip…').setInputFiles(file)
    await page.getByRole('checkbox', { name: `Answer with ${name}` }).waitFor()
  }
  const loadTwo = async (page: Page): Promise<void> => {
    await pickSample(page)
    await loadAdapter(page, 'desk')
    await loadAdapter(page, 'pirate')
    await page.getByRole('checkbox', { name: 'Answer with desk' }).check()
  }
  const trained = (page: Page): Promise<void> => page.getByRole('button', { name: 'Train anew' }).waitFor()

  describe('has no axe violation', () => {
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
      'several adapters answering, one made smaller': async (page) => {
        await loadTwo(page)
        await page.getByRole('button', { name: 'Ask both models' }).click()
        await page.getByText('me hearty!').waitFor()
        await page.getByRole('button', { name: 'Compress desk' }).click()
        await page.getByRole('dialog').getByRole('button', { name: 'Compress', exact: true }).click()
        await page.getByText('1.040 → 1.090').waitFor()
      },
      'combining adapters': async (page) => {
        await loadTwo(page)
        await page.getByRole('button', { name: 'Combine…' }).click()
        await page.getByLabel('How', { exact: true }).selectOption('dare_ties_svd')
      },
    }
    for (const colorScheme of ['light', 'dark'] as const)
      for (const [width, height] of [
        [1440, 900],
        [390, 844],
      ] as const)
        for (const [name, reach] of Object.entries({ ...states, ...((colorScheme === 'light') === width > 1000 && further) }))
          it(`${name}, ${colorScheme}, ${width} wide`, async () => {
            const page = await open({ pace: 5 })
            await page.emulateMedia({ colorScheme })
            await page.setViewportSize({ width, height })
            await reach(page)
            const { violations } = await new AxeBuilder({ page }).analyze()
            expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([])
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
  })

  it('breaks no policy and loads nothing from elsewhere', async () => {
    expect(stage.errors).toEqual([])
    expect(stage.requests.filter((url) => !url.startsWith(stage.url) && !/^(blob|data):/.test(url))).toEqual([])
  })

  it('is complete by keyboard: pick, train, pause, continue, judge, download', async () => {
    const page = await open({ pace: 20 })
    await page.getByText('3.15 M').first().waitFor()
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the steps')
    await page.keyboard.press('Enter')
    await tabTo(page, /^Talk like a pirate/)
    await page.keyboard.press('Enter')
    await page.getByText('1 min 22 s').waitFor()
    await tabTo(page, /^Train$/)
    await page.keyboard.press('Enter')
    await page.getByText('Safe to close').waitFor()
    await tabTo(page, /^Pause$/)
    await page.keyboard.press('Enter')
    await tabTo(page, /^Continue$/)
    await page.keyboard.press('Space')
    await trained(page)
    await tabTo(page, /^Ask both models$/)
    await page.keyboard.press('Enter')
    await page.getByText('me hearty!').waitFor()
    await tabTo(page, /^Download adapter$/)
    const saved = page.waitForEvent('download')
    await page.keyboard.press('Enter')
    expect((await saved).suggestedFilename()).toBe('run-1.zip')
    await tabTo(page, /^Delete Talk like a pirate/)
    await page.keyboard.press('Enter')
    expect(await page.getByRole('dialog').isVisible()).toBe(true)
    await page.keyboard.press('Escape')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Delete')
    await page.close()
  })

  it('plans and trains a preset of two methods, and lists it under both names', async () => {
    const page = await open({ pace: 1 })
    await pickSample(page)
    await pickMethod(page, 'MAM')
    await page.locator('#method').getByText('216,576').waitFor()
    expect(await page.getByRole('textbox', { name: 'Learning rate' }).inputValue()).toBe('0.002')
    await page.locator('.story').getByText('MAM').waitFor()
    await page.locator('#train').getByText('217 k').waitFor()
    await train(page)
    await trained(page)
    await page.getByRole('region', { name: 'Stored runs' }).getByText('Prefix tuning + Bottleneck adapters').waitFor()
    await page.close()
  })

  it('builds a list of methods, keeps a learning rate of one’s own, and offers the ways out of what cannot be', async () => {
    const page = await open()
    await pickSample(page)
    const rate = page.getByRole('textbox', { name: 'Learning rate' })
    await pickMethod(page, 'VeRA')
    expect(await rate.inputValue()).toBe('0.01')
    await rate.fill('0.003')
    await pickMethod(page, 'LoRA')
    expect(await rate.inputValue()).toBe('0.003')
    await page.getByRole('button', { name: 'Take 0.001, the default here' }).click()
    expect(await rate.inputValue()).toBe('0.001')
    await page.getByLabel('Train another method with it').selectOption('full')
    await page.getByText('it cannot be joined with another method').waitFor()
    await page.getByText('The chosen method cannot be used on this model; see Method.').waitFor()
    await page.getByRole('button', { name: 'Leave out Full tuning' }).click()
    await page.locator('#method').getByText('40,960').waitFor()
    await page.getByLabel('Train another method with it').selectOption('vera')
    await page.locator('#method').getByText('50,816').waitFor()
    await page.getByRole('button', { name: 'Remove LoRA' }).click()
    expect(await page.getByRole('radio', { name: /^VeRA/ }).isChecked()).toBe(true)
    await pickMethod(page, 'BitFit')
    await page.getByRole('button', { name: 'Use LoRA' }).click()
    expect(await page.getByRole('radio', { name: /^LoRA/ }).isChecked()).toBe(true)
    await page.close()
  })

  it('trains a hypernetwork on a dataset for each task, and has it make a LoRA for another', async () => {
    const page = await open({ pace: 1 })
    await pickSample(page)
    await pickMethod(page, 'Hypernetwork')
    const tasks = page.getByRole('list', { name: 'Tasks of this run' })
    await page.getByRole('checkbox', { name: 'Several datasets, a task each' }).check()
    await tasks.getByText('pirate').first().waitFor()
    await page.getByRole('button', { name: /Orders to JSON/ }).click()
    await page.getByLabel('Open a file…').setInputFiles({ name: 'mine.jsonl', mimeType: 'application/json', buffer: Buffer.from('{}') })
    await page.getByRole('textbox', { name: 'What mine asks for' }).fill('Write it down.')
    await page.getByRole('button', { name: 'Remove the task orders' }).click()
    expect(await tasks.getByRole('listitem').count()).toBe(2)
    expect(await page.getByRole('button', { name: /Orders to JSON/ }).getAttribute('aria-pressed')).toBe('false')
    await train(page)
    await trained(page)
    await page.getByRole('button', { name: 'Make a LoRA with pirate + mine' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Task', { exact: true }).selectOption({ label: 'Another one, described below' })
    await dialog.getByRole('textbox', { name: 'What the task asks for' }).fill('Answer in verse.')
    await dialog.getByRole('button', { name: 'Make the LoRA' }).click()
    await page.getByRole('checkbox', { name: 'Answer with Answer in verse.' }).waitFor()
    await page.getByRole('checkbox', { name: 'Several datasets, a task each' }).uncheck()
    await tasks.waitFor({ state: 'detached' })
    await page.close()
  })

  it('loads adapters, answers with several, switches within an answer, combines, takes away and deletes', async () => {
    const page = await open({ pace: 150 })
    await pickSample(page)
    await loadAdapter(page, 'desk')
    await loadAdapter(page, 'pirate')
    await page.getByText('Answers come from pirate.').waitFor()
    await page.getByRole('button', { name: 'Ask both models' }).click()
    await page.getByRole('checkbox', { name: 'Answer with desk' }).check()
    await page.getByRole('region', { name: 'Tuned model’s answer' }).getByText('pirate, then pirate + desk').waitFor()
    await page.getByText('me hearty!').waitFor()
    const weight = page.getByRole('slider', { name: 'Weight of desk' })
    await weight.fill('0.5')
    await page.getByText('Answers come from pirate + desk × 0.5.').waitFor()
    await page.getByRole('button', { name: 'Combine…' }).click()
    const dialog = page.getByRole('dialog')
    expect(await dialog.getByLabel('Weight of desk').inputValue()).toBe('0.5')
    await dialog.getByLabel('Name', { exact: true }).fill('both')
    await dialog.getByRole('button', { name: 'Combine', exact: true }).click()
    await page.getByRole('checkbox', { name: 'Answer with both' }).waitFor()
    const saved = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download both', exact: true }).click()
    expect((await saved).suggestedFilename()).toMatch(/\.zip$/)
    await page.getByRole('button', { name: 'Merge into the model' }).click()
    await page.getByText('Merged now: pirate, desk.').waitFor()
    await page.getByRole('button', { name: 'Take the merge out' }).click()
    const model = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download merged model' }).click()
    await model
    await page.getByRole('button', { name: 'Rename both' }).click()
    await dialog.getByLabel('Name', { exact: true }).fill('pair')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Delete pair' }).click()
    await page.getByRole('button', { name: 'Delete the adapter' }).click()
    await page.getByRole('checkbox', { name: 'Answer with pair' }).waitFor({ state: 'detached' })
    await page.close()
  })

  it('reaches methods and adapters by keyboard, and gives focus back', async () => {
    const page = await open()
    await loadTwo(page)
    await tabTo(page, /^Combine…$/)
    await page.keyboard.press('Enter')
    expect(await page.getByRole('dialog').isVisible()).toBe(true)
    await page.keyboard.press('Escape')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Combine…')
    await page.getByRole('radio', { name: /^LoRA/ }).focus()
    await page.keyboard.press('ArrowRight')
    expect(await page.getByRole('radio', { name: /^VeRA/ }).isChecked()).toBe(true)
    await page.close()
  })

  it('reflows at 320 pixels, as at 400 % zoom, without sideways scrolling', async () => {
    const page = await open()
    await page.setViewportSize({ width: 320, height: 256 })
    await pickSample(page)
    await train(page)
    await trained(page)
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0)
    await page.close()
  })

  it('takes a dropped file, a dropped model folder and a dropped recipe anywhere', async () => {
    const page = await open()
    await page.getByText('3.15 M').first().waitFor()
    const drop = async (name: string, text: string): Promise<void> => {
      const transfer = await page.evaluateHandle(
        ([name, text]) => {
          const made = new DataTransfer()
          made.items.add(new File([text], name))
          return made
        },
        [name, text] as const,
      )
      await page.dispatchEvent('footer, body', 'dragover', { dataTransfer: transfer })
      await page.getByText('Drop it here.').waitFor()
      await page.dispatchEvent('footer, body', 'drop', { dataTransfer: transfer })
    }
    await drop('mine.jsonl', '{"prompt":"a","completion":"b"}\n')
    await page.locator('#data').getByText('mine.jsonl').waitFor()
    await drop('config.json', '{}')
    await page.getByText('Dropped model').first().waitFor()
    await drop('recipe.json', JSON.stringify({ ...defaultRecipe(), seed: 7, data: { ...defaultRecipe().data, id: 'mood' } }))
    await page.locator('.story').getByText(/rows/).waitFor()
    expect(await page.getByRole('button', { name: /Sort by mood/ }).getAttribute('aria-pressed')).toBe('true')
    await drop('desk.zip', 'PK')
    await page.getByRole('checkbox', { name: 'Answer with desk' }).waitFor()
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('adapters-title')
    await drop('photo.png', 'x')
    await page.getByText('Nothing here can read photo.png.').waitFor()
    await page.close()
  })

  it('offers a run that was cut off, and continues it with its curves', async () => {
    const page = await open({ runs: [interrupted], pace: 2 })
    await page.getByRole('button', { name: 'Continue from step 75' }).click()
    await trained(page)
    await page.getByText('step 200 of 200').waitFor()
    await page.getByText('Show as table').first().click()
    const first = page
      .getByRole('region', { name: /Loss.*table/ })
      .getByRole('row')
      .nth(1)
    expect(await first.textContent()).toMatch(/^1\d\.\d{3}/)
    await page.close()
  })

  it('keeps what was shown when a run fails, and says what to do', async () => {
    const page = await open({ failAt: 30 })
    await pickSample(page)
    await train(page)
    await page.getByText('The GPU stopped answering at step 30.').waitFor()
    await page.getByText('step 30 of 200').waitFor()
    await page.getByRole('button', { name: 'Continue from the checkpoint' }).waitFor()
    await page.close()
  })

  it('stays fluent while events pour in, and speaks at most every ten seconds', async () => {
    const page = await open()
    await pickSample(page)
    await page.getByRole('textbox', { name: 'Steps', exact: true }).fill('4000')
    await page.evaluate(() => {
      const seen = { said: 0 }
      Object.assign(window, { seen })
      const status = document.querySelector('.unseen[role=status]')
      if (status)
        new MutationObserver(() => (seen.said += 1)).observe(status, { childList: true, characterData: true, subtree: true })
    })
    const tasks = await mainThreadTasks(stage.context, page, async () => {
      await train(page)
      await page.waitForTimeout(12_000)
    })
    const { said } = await page.evaluate(() => (window as unknown as { seen: { said: number } }).seen)
    expect(said).toBeGreaterThan(0)
    expect(said).toBeLessThanOrEqual(2)
    expect(tasks.length).toBeGreaterThan(100)
    expect(tasks.filter((ms) => ms > 100)).toEqual([])
    expect(await page.title()).toMatch(/^\d+ % · loss/)
    await page.close()
  })

  it('keeps the chosen theme', async () => {
    const page = await open()
    await page.getByLabel('Theme').selectOption('dark')
    const background = (): Promise<string> => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
    expect(await background()).toBe('rgb(14, 21, 19)')
    await page.reload()
    await page.getByText('3.15 M').first().waitFor()
    expect(await background()).toBe('rgb(14, 21, 19)')
    await page.getByLabel('Theme').selectOption('system')
    await page.close()
  })
})
