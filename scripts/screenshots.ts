// Makes the pictures of e2e/screenshots/: the real page with the real worker, after a short run on a bundled sample.
//   node scripts/run.mjs scripts/screenshots.ts [FOLDER with a built page] [--out FOLDER] [--steps N] [--rows N]
// It trains, so that it takes minutes on a software adapter; TUNESMITH_GPU=1 uses a real one.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { startBrowser } from '../e2e/browser.ts'
import { palettePng } from './palettePng.ts'

const MINUTES = 60_000
const WIDE = { width: 1440, height: 1160 }
const PHONE = { width: 390, height: 844 }
const SAMPLE = /^Sort messages/
const QUESTION = 'Hello. The lamp is not what I wanted, and I would like my money back.'

interface Choices {
  readonly steps: number
  readonly rows: number
  readonly out: string
}

export async function main(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      out: { type: 'string', default: fileURLToPath(new URL('../e2e/screenshots', import.meta.url)) },
      steps: { type: 'string', default: '220' },
      rows: { type: 'string', default: '32' },
    },
  })
  const choices = { steps: Number(values.steps), rows: Number(values.rows), out: values.out }
  await mkdir(choices.out, { recursive: true })
  const stage = await startBrowser(positionals[0] === undefined ? {} : { folder: positionals[0] })
  try {
    const page = await stage.open()
    page.setDefaultTimeout(3 * MINUTES)
    await page.locator('#model').getByText('Parameters').waitFor()
    await page.setViewportSize(WIDE)
    await shoot(page, '.top', { ...WIDE, height: 900 }, join(choices.out, 'start.png'))
    await train(page, choices)
    await ask(page)
    await shoot(page, '#train', { ...WIDE, height: 980 }, join(choices.out, 'train.png'))
    await page.emulateMedia({ colorScheme: 'dark' })
    await shoot(page, '#judge', WIDE, join(choices.out, 'judge.png'))
    await shoot(page, '#train', PHONE, join(choices.out, 'phone.png'))
    for (const error of stage.errors) console.error(error)
    return stage.errors.length > 0 ? 1 : 0
  } finally {
    await stage.close()
  }
}

async function train(page: Page, { steps, rows }: Choices): Promise<void> {
  await page.getByRole('list', { name: 'Samples' }).getByRole('button', { name: SAMPLE }).click()
  await page.getByText('As the model reads it').waitFor()
  const fill = (name: string, value: number): Promise<void> =>
    page.getByRole('textbox', { name, exact: true }).fill(String(value))
  await fill('Steps', steps)
  await fill('Longest row', 64)
  await fill('Validate every', Math.ceil(steps / 8))
  await fill('Test rows', rows)
  await page.getByRole('button', { name: 'Train', exact: true }).click()
  await page.getByRole('button', { name: 'Train anew' }).waitFor({ timeout: 60 * MINUTES })
}

async function ask(page: Page): Promise<void> {
  await page.getByLabel('Prompt', { exact: true }).fill(QUESTION)
  await page.getByRole('button', { name: 'Ask both models' }).click()
  await page.getByRole('button', { name: 'Stop answering' }).waitFor({ state: 'detached' })
}

/** What a person sees with that part of the page right under the steps, without the scroll bar, as a PNG of 256 colours. */
async function shoot(page: Page, selector: string, size: { width: number; height: number }, file: string): Promise<void> {
  const bar = await page.evaluate(() => innerWidth - document.documentElement.clientWidth)
  await page.setViewportSize({ ...size, width: size.width + bar })
  await page.locator(selector).evaluate((element) => {
    const steps = document.querySelector('.story')?.clientHeight ?? 0
    scrollTo({ top: scrollY + element.getBoundingClientRect().top - steps, behavior: 'instant' })
  })
  // Charts follow the theme and the width a frame later.
  await page.waitForTimeout(500)
  const png = palettePng(await page.screenshot({ clip: { x: 0, y: 0, ...size } }))
  await writeFile(file, png)
  console.log(`${file}: ${Math.round(png.length / 1000)} kB`)
}
