// Runs a recipe in headless Chromium: the same page code, workers and browser storage that a person would use.
import { mkdtemp, rm, readdir, stat } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { ensureBuilt } from '../../../scripts/build.mjs'
import { serve } from '../../../scripts/serve.mjs'
import { findChromium } from '../../../scripts/setup.mjs'
import { fileSource } from '../../files/nodeSource.ts'
import { unzip } from '../../files/zip.ts'
import type { RunEvent } from '../../protocol/event.ts'
import { Fault } from '../../protocol/failure.ts'
import { valueOf } from '../../protocol/result.ts'
import type { RunRecord } from '../../protocol/studio.ts'
import type { Headless } from '../../headless/main.ts'
import type { RunRecipe } from './tuneResult.ts'

const dist = fileURLToPath(new URL('../../../dist', import.meta.url))

/** A real GPU is used where there is one; otherwise Chromium's software adapter must be asked for. */
export const gpuFlags = existsSync('/dev/dri') || existsSync('/dev/nvidia0') || process.platform === 'darwin' ? ['--enable-features=Vulkan'] : ['--use-webgpu-adapter=swiftshader']

export const runRecipe: RunRecipe = async (recipe, here, onEvent, { baseFolder, usualKernels = false } = {}) => {
  const executablePath = findChromium()
  if (!executablePath) throw new Fault('no-webgpu', 'No Chromium was found.', 'Install Chrome or Chromium, set CHROME_PATH, or use --dawn.')
  if (!ensureBuilt()) throw new Fault('internal', 'The page could not be built.', 'Read the message above, or use --dawn.')
  const server = await serve(dist)
  const profile = await mkdtemp(join(tmpdir(), 'tunesmith-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: ['--headless=new', '--no-sandbox', '--enable-unsafe-webgpu', ...gpuFlags, '--disable-background-networking', '--no-first-run'],
    ignoreDefaultArgs: ['--headless'],
  })
  try {
    const page = await context.newPage()
    const events: RunEvent[] = []
    await page.exposeFunction('tell', (event: RunEvent) => {
      if (event.type !== 'scoring') events.push(event)
      onEvent(event)
    })
    await page.goto(`${server.url}headless.html`)
    if (recipe.base.source !== 'builtin') await page.setInputFiles('#base', await modelFiles(baseFolder ?? resolve(here, recipe.base.id)))
    const own = (recipe.data.tasks ?? [recipe.data]).filter((d) => d.source === 'file')
    await page.setInputFiles('#data', await Promise.all(own.map((d) => existing(resolve(here, d.id)))))
    await page.setInputFiles('#test', await Promise.all(own.flatMap((d) => (d.test === undefined ? [] : [existing(resolve(here, d.test))]))))
    const { validationFile } = recipe.data
    if (validationFile !== undefined) await page.setInputFiles('#validation', await existing(resolve(here, validationFile)))
    process.once('SIGINT', () => void page.evaluate(() => (globalThis as unknown as Headless).headless.stop()))
    const answer = await page.evaluate((r) => (globalThis as unknown as Headless).headless.run(r.recipe, r.usualKernels), {
      recipe: { ...recipe, base: { ...recipe.base, id: recipe.base.source === 'folder' ? basename(recipe.base.id) : recipe.base.id } },
      usualKernels,
    })
    const ended = valueOf(answer)
    // Paths as the person wrote them, with the hashes the run added.
    const ran = ended.record.recipe
    const record: RunRecord = { ...ended.record, recipe: { ...ran, base: { ...ran.base, id: recipe.base.id }, data: { ...ran.data, id: recipe.data.id } } }
    return { record, events, files: await unzip(new Uint8Array(Buffer.from(ended.zip, 'base64'))) }
  } finally {
    await context.close()
    await server.close()
    await rm(profile, { recursive: true, force: true })
  }
}

async function modelFiles(folder: string): Promise<string[]> {
  if (/\.gguf$/i.test(folder)) return [await existing(folder)]
  const names = await readdir(folder).catch(() => {
    throw new Fault('bad-model', `There is no model folder ${folder}.`, 'Correct base.id in the recipe; it is relative to the recipe’s own folder.')
  })
  const files: string[] = []
  for (const name of names) if ((await stat(join(folder, name))).isFile()) files.push(join(folder, name))
  return files
}

/** Throws a Fault where there is none, before a browser says it in its own words. */
async function existing(file: string): Promise<string> {
  await fileSource(file)
  return file
}
