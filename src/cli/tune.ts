// `npm run tune -- RECIPE.json [--out DIR] [--dawn]`: runs a recipe to the end without a window, in headless Chromium or, with
// --dawn, in this process; writes the adapter folder, the recipe and every event as JSON lines.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { expandPreset } from '../methods/presets.ts'
import { Fault } from '../protocol/failure.ts'
import { readRecipe } from '../protocol/recipe.ts'
import { hubBase } from './tune/hubBase.ts'
import { progressPrinter } from './tune/progressPrinter.ts'
import type { TuneResult } from './tune/tuneResult.ts'

const USAGE = 'npm run tune -- RECIPE.json [--out DIR] [--dawn]'

export async function main(argv: string[]): Promise<number> {
  const at = argv.indexOf('--out')
  const out = resolve(at >= 0 ? (argv[at + 1] ?? '') : 'tuned')
  const [file, ...rest] = (at >= 0 ? argv.toSpliced(at, 2) : argv).filter((a) => a !== '--dawn')
  if (!file || rest.length > 0) throw new Fault('bad-recipe', 'tune needs one recipe.', USAGE)
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Fault('bad-recipe', `${file} could not be read.`, USAGE, String(error))
  })
  const given = readRecipe(expandPreset(parse(text, file)))
  // Paths in a recipe are relative to it.
  const here = dirname(resolve(file))
  const { runRecipe } = argv.includes('--dawn') ? await import('./tune/inDawn.ts') : await import('./tune/inChromium.ts')
  const hub = given.base.source === 'hub' ? await hubBase(given.base, process.env, console.log) : undefined
  const recipe = hub ? { ...given, base: hub.base } : given
  const result: TuneResult = await runRecipe(recipe, here, progressPrinter(recipe), hub?.folder)
  for (const [path, bytes] of result.files) {
    const file = join(out, 'adapter', path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, bytes)
  }
  await writeFile(join(out, 'recipe.json'), `${JSON.stringify(result.record.recipe, null, 2)}\n`)
  await writeFile(join(out, 'metrics.jsonl'), result.events.map((e) => `${JSON.stringify(e)}\n`).join(''))
  console.log(`${result.record.status}: ${join(out, 'adapter')}`)
  return result.record.status === 'failed' ? 1 : 0
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Fault('bad-recipe', `${file} is not JSON: ${error instanceof Error ? error.message : String(error)}.`, 'Correct it, or save the recipe again from the page.')
  }
}
