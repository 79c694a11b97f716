// `npm run tune -- RECIPE.json [--out DIR] [--dawn] [--usual-kernels]`: runs a recipe to the end without a window, in headless
// Chromium or, with --dawn, in this process; writes the adapter folder, the recipe and every event as JSON lines. A GPU's fastest
// kernels are measured first, for two seconds at most; --usual-kernels goes without. With --script DIR it trains nothing and
// writes the same run as a Python folder.
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { presets } from '../methods/presets.ts'
import { expandPreset } from '../protocol/expandPreset.ts'
import { Fault, messageOf } from '../protocol/failure.ts'
import { readRecipe, type Recipe } from '../protocol/recipe.ts'
import { exportScript } from '../train/exportScript.ts'
import { Arguments } from './arguments.ts'
import { hubBase } from './tune/hubBase.ts'
import { openRecipe } from './tune/openRecipe.ts'
import { progressPrinter } from './tune/progressPrinter.ts'
import type { TuneResult } from './tune/tuneResult.ts'

export const USAGE = 'npm run tune -- RECIPE.json [--out DIR] [--dawn] [--usual-kernels] | RECIPE.json --script DIR'

const SWITCHES = ['--dawn', '--usual-kernels']

export async function main(argv: string[]): Promise<number> {
  const args = new Arguments(argv, USAGE, SWITCHES)
  args.allow([...SWITCHES, '--out', '--script'])
  const [file] = args.operands(1, 1, 'one recipe')
  const out = resolve(args.text('--out') ?? 'tuned')
  const script = args.text('--script')
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Fault('bad-recipe', `${file} could not be read.`, USAGE, String(error))
  })
  const given = readRecipe(expandPreset(parse(text, file), presets))
  // Paths in a recipe are relative to it.
  const here = dirname(resolve(file))
  const hub = given.base.source === 'hub' ? await hubBase(given.base, process.env, console.log) : undefined
  const recipe = hub ? { ...given, base: hub.base } : given
  if (script !== undefined) {
    await writeScript(recipe, here, resolve(script), hub?.folder)
    return 0
  }
  // What is learned must not be lost to a folder that cannot be written.
  await mkdir(join(out, 'adapter'), { recursive: true })
  const { runRecipe } = args.has('--dawn') ? await import('./tune/inDawn.ts') : await import('./tune/inChromium.ts')
  const result: TuneResult = await runRecipe(recipe, here, progressPrinter(recipe), { usualKernels: args.has('--usual-kernels'), ...(hub && { baseFolder: hub.folder }) })
  await writeFiles(join(out, 'adapter'), result.files)
  await writeFile(join(out, 'recipe.json'), `${JSON.stringify(result.record.recipe, null, 2)}\n`)
  await writeFile(join(out, 'metrics.jsonl'), result.events.map((e) => `${JSON.stringify(e)}\n`).join(''))
  console.log(`${result.record.status}: ${join(out, 'adapter')}`)
  return result.record.status === 'failed' ? 1 : 0
}

async function writeScript(given: Recipe, here: string, out: string, baseFolder?: string): Promise<void> {
  const { recipe, model, folder, dataset, tasks } = await openRecipe(given, here, baseFolder)
  await writeFiles(out, await exportScript(model, recipe, tasks ?? dataset))
  if (recipe.base.source === 'builtin') await cp(folder, join(out, 'base'), { recursive: true })
  console.log(`written: ${join(out, 'train.py')}`)
}

async function writeFiles(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  for (const [path, bytes] of files) {
    const file = join(folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, bytes)
  }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Fault('bad-recipe', `${file} is not JSON: ${messageOf(error)}.`, 'Correct it, or save the recipe again from the page.')
  }
}
