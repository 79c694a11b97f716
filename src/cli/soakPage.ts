// `npm run soak`'s long run in the page itself: the starter trains for so many minutes in headless Chromium, through the page's own
// controls, and the browser says what tasks its main thread had, what JavaScript holds, workers included, and what is stored.
import type { Page } from 'playwright-core'
import { mainThreadTasks } from '../../e2e/mainThread.ts'
import { startBrowser } from '../../e2e/browser.ts'
import { ensureBuilt } from '../../scripts/build.mjs'
import { Fault } from '../protocol/failure.ts'

const SLOW = { timeout: 300_000 }
const WINDOW_MS = 20_000
const LONG_TASK_MS = 100
const MIB = 2 ** 20

export async function main([given = '60']: string[]): Promise<number> {
  const minutes = Number(given)
  if (!(minutes > 0)) throw new Fault('bad-recipe', `${given} is no number of minutes.`, 'npm run soak -- --minutes N')
  if (process.env['TUNESMITH_DIST'] === undefined && !ensureBuilt()) throw new Fault('internal', 'The page could not be built.', 'Read the message above.')
  const stage = await startBrowser()
  try {
    const page = await stage.open()
    await begin(page)
    const tasks: number[] = []
    const memory: number[] = []
    const stored: number[] = []
    const began = performance.now()
    while (performance.now() - began < minutes * 60_000) {
      tasks.push(...(await mainThreadTasks(stage.context, page, () => page.waitForTimeout(WINDOW_MS))))
      const held = await page.evaluate(async () => {
        const { bytes } = await (performance as unknown as { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> }).measureUserAgentSpecificMemory()
        return { bytes, usage: (await navigator.storage.estimate()).usage ?? 0, step: document.querySelector('.story')?.textContent?.match(/(\d[\d,]*) of/)?.[1] }
      })
      memory.push(held.bytes)
      stored.push(held.usage)
      console.log(`${Math.round((performance.now() - began) / 1000)} s, step ${held.step}: JavaScript ${(held.bytes / MIB).toFixed(1)} MiB, stored ${(held.usage / MIB).toFixed(1)} MiB, longest task ${Math.max(...tasks).toFixed(0)} ms of the main thread's own time`)
    }
    const long = tasks.filter((ms) => ms > LONG_TASK_MS)
    console.log(
      [
        `${tasks.length} main-thread tasks in ${minutes} minutes, ${long.length} over ${LONG_TASK_MS} ms, the longest ${Math.max(...tasks).toFixed(0)} ms`,
        `JavaScript ${(memory[0] / MIB).toFixed(1)} → ${(memory.at(-1)! / MIB).toFixed(1)} MiB, at most ${(Math.max(...memory) / MIB).toFixed(1)}`,
        `stored ${(stored[0] / MIB).toFixed(1)} → ${(stored.at(-1)! / MIB).toFixed(1)} MiB`,
        ...stage.errors,
      ].join('\n'),
    )
    return long.length > 0 || stage.errors.length > 0 ? 1 : 0
  } finally {
    await stage.close()
  }
}

/** Picks the first sample, sets a long run up and starts it. */
async function begin(page: Page): Promise<void> {
  await page.locator('#model').getByText('Parameters').waitFor(SLOW)
  await page.getByRole('list', { name: 'Samples' }).getByRole('button').first().click()
  await page.getByText('As the model reads it').waitFor(SLOW)
  const method = page.locator('#method')
  for (const summary of await method.locator('summary').all()) await summary.click()
  for (const [name, value] of [['Steps', 100_000], ['Batch size', 2], ['Longest row', 64], ['Validate every', 50], ['Checkpoint every', 20], ['Test rows', 2], ['Longest answer', 8]] as const)
    await method.getByRole('textbox', { name, exact: true }).fill(String(value))
  await page.getByRole('button', { name: 'Train', exact: true }).click()
  await page.waitForFunction(() => /[1-9]\d* of/.test(document.querySelector('.story')?.textContent ?? ''), undefined, SLOW)
}
