// `npm run bench -- [--dawn] [--software] [--only NAMES] [--json FILE]`: how fast this machine's adapter trains, in headless
// Chromium or over Dawn, and other WebGPU libraries beside it in the same run. Prints tables; --json keeps every number, and
// --readme writes the README's tables from such files. --bundle writes the bench over Dawn as one file, for machines with little else.
import { readFile, writeFile } from 'node:fs/promises'
import { intoReadme } from './bench/intoReadme.ts'
import { readOptions } from './bench/options.ts'
import type { Report } from './bench/report.ts'
import { runBench } from './bench/runBench.ts'

export { USAGE } from './bench/options.ts'

export async function main(argv: string[]): Promise<number> {
  const options = readOptions(argv)
  if (options.readme !== undefined) {
    const reports = await Promise.all(options.readme.map(async (file) => JSON.parse(await readFile(file, 'utf8')) as Report))
    await writeFile('README.md', intoReadme(await readFile('README.md', 'utf8'), reports))
  } else if (options.bundle !== undefined) {
    await (await import('./bench/buildBundle.ts')).buildBundle(options.bundle)
  } else if (options.dawn) {
    await runBench(options, (await import('./bench/inDawn.ts')).measureInDawn)
  } else {
    await runBench(options, (await import('./bench/inChromium.ts')).measureInChromium)
  }
  return 0
}
