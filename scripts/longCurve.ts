// How fluent the curves of a very long run are: the page around the scripted Studio goes on with a run of a million steps, and
// the cursor is moved over its chart meanwhile.
//   node scripts/run.mjs scripts/longCurve.ts [--steps N]
// Frames are what the browser painted on this machine; tasks are CPU time of the main thread, whatever else runs there.
import { parseArgs } from 'node:util'
import { startBrowser } from '../e2e/browser.ts'
import { buildHarness } from '../e2e/harness.ts'
import { mainThreadTasks } from '../e2e/mainThread.ts'
import { openScripted } from '../e2e/scriptedPage.ts'
import { defaultRecipe } from '../src/protocol/recipe.ts'
import { testRecord } from '../src/ui/testFixtures.ts'

const MOVES = 100
/** Of 60 frames a second. */
const FRAME_MS = 1000 / 60

export async function main(argv: string[]): Promise<number> {
  const { values } = parseArgs({ args: argv, options: { steps: { type: 'string', default: '1000000' } } })
  const steps = Number(values.steps)
  const plain = defaultRecipe()
  const recipe = { ...plain, name: 'long', training: { ...plain.training, steps: 2 * steps, eval_steps: 0, save_steps: 100_000 } }
  const stage = await startBrowser({ folder: await buildHarness() })
  try {
    const page = await openScripted(stage, { runs: [testRecord('long', recipe, { status: 'paused', step: steps, checkpointStep: steps })], pace: 2 })
    await page.getByRole('button', { name: /^Continue long/ }).click()
    await page.locator('#train .u-over').first().waitFor()
    await page.waitForTimeout(2000)
    const box = (await page.locator('#train .u-over').first().boundingBox())!
    await page.evaluate(() => {
      const seen = { frames: [] as number[] }
      Object.assign(window, { seen })
      let last = performance.now()
      const next = (now: number): void => {
        seen.frames.push(now - last)
        last = now
        requestAnimationFrame(next)
      }
      requestAnimationFrame(next)
    })
    const tasks = await mainThreadTasks(stage.context, page, async () => {
      for (let i = 0; i < MOVES; i++) {
        await page.mouse.move(box.x + (i / MOVES) * box.width, box.y + 40)
        await page.waitForTimeout(50)
      }
    })
    const { frames } = await page.evaluate(() => (window as unknown as { seen: { frames: number[] } }).seen)
    const sorted = frames.slice(2).sort((a, b) => a - b)
    const long = tasks.filter((ms) => ms > FRAME_MS)
    console.log(`${steps.toLocaleString('en')} steps: frame ${sorted[sorted.length >> 1].toFixed(1)} ms in the middle of ${sorted.length}`)
    console.log(`main thread: longest task ${tasks[0].toFixed(1)} ms of CPU; ${long.length} of ${tasks.length} over ${FRAME_MS.toFixed(1)} ms`)
    for (const error of stage.errors) console.error(error)
    return stage.errors.length > 0 ? 1 : 0
  } finally {
    await stage.close()
  }
}
