// `npm run parity -- CASES_DIR [--only GLOB]`: golden cases from PyTorch on WebGPU (Dawn), one line a case.
// Exit code 1 when any case is over tolerance, 2 when none could be run.
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { dawnGpu } from '../gpu/dawn.ts'
import { openGpu, type Gpu } from '../gpu/device.ts'
import { matchesGlob } from '../lib/glob.ts'
import { Fault, messageOf } from '../protocol/failure.ts'
import { Arguments } from './arguments.ts'
import { readCase } from './parity/readCase.ts'
import { runCase, type Verdict } from './parity/runCase.ts'

export const USAGE = 'npm run parity -- CASES_DIR [--only GLOB]'

/** What a model or an adapter asks for and is refused here is no difference from PyTorch; whatever else goes wrong is this case's failure. */
async function verdictOn(gpu: Gpu, folder: string): Promise<Verdict> {
  let found = false
  try {
    const golden = await readCase(folder)
    found = true
    return await runCase(gpu, golden)
  } catch (error) {
    const refused = found && error instanceof Fault && (error.code === 'bad-model' || error.code === 'bad-adapter' || error.code === 'bad-recipe')
    return { status: refused ? 'skipped' : 'failed', line: messageOf(error) }
  }
}

export async function main(argv: string[]): Promise<number> {
  const args = new Arguments(argv, USAGE)
  args.allow(['--only'])
  const [folder] = args.operands(1, 1, 'one folder of cases')
  const only = args.text('--only') ?? '*'
  const inside = await readdir(folder).catch((): never => {
    throw args.wrong(`There is no folder ${folder}.`)
  })
  const names = inside.filter((name) => matchesGlob(only, name) && existsSync(join(folder, name, 'case.json'))).toSorted()
  if (names.length === 0) throw args.wrong(`No case in ${folder} matches ${only}.`)
  const gpu = await openGpu(await dawnGpu())
  console.log(`${names.length} cases on ${gpu.info.vendor} ${gpu.info.architecture} ${gpu.info.description}; errors are largest difference / largest magnitude, in brackets the share of the tolerance`)
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for (const name of names) {
    const verdict = await verdictOn(gpu, join(folder, name))
    counts[verdict.status]++
    console.log(`${{ passed: 'ok  ', failed: 'FAIL', skipped: 'skip' }[verdict.status]} ${name.padEnd(34)} ${verdict.line}`)
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
  return counts.failed > 0 ? 1 : counts.passed === 0 ? 2 : 0
}
