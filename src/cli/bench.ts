// `npm run bench -- [starter|lora-small|matmul|decode …] [--software]`: how fast this machine's adapter is, over Dawn. Prints tables;
// without names it runs the starter's step and the matmuls. A software adapter is measured only when asked for by --software,
// because its numbers say nothing about a GPU.
import { dawnGpu } from '../gpu/dawn.ts'
import { openGpu } from '../gpu/device.ts'
import { Fault } from '../protocol/failure.ts'
import { presets } from './bench/presets.ts'
import { timeDecoding } from './bench/timeDecoding.ts'
import { timeMatmul } from './bench/timeMatmul.ts'
import { timeStep } from './bench/timeStep.ts'

const USAGE = 'npm run bench -- [starter|lora-small|matmul|decode …] [--software]'

export async function main(argv: string[]): Promise<number> {
  const names = argv.filter((a) => a !== '--software')
  const known = [...presets.keys(), 'matmul', 'decode']
  const unknown = names.find((n) => !known.includes(n))
  if (unknown !== undefined) throw new Fault('bad-recipe', `bench does not know ${unknown}; it knows ${known.join(', ')}.`, USAGE)
  const gpu = await openGpu(await dawnGpu())
  const { vendor, architecture, description, software } = gpu.info
  if (software && !argv.includes('--software'))
    throw new Fault('no-webgpu', `This machine only has a software adapter, ${description}, which tells nothing about a GPU.`, 'Add --software to measure it all the same.')
  const { subgroupMinSize: least, subgroupMaxSize: most } = gpu.adapter.info
  console.log(`${vendor} ${architecture} ${description}${least ? `, subgroups of ${least === most ? least : `${least}–${most}`}` : ''}\n`)
  for (const name of names.length > 0 ? names : ['starter', 'matmul']) {
    const preset = presets.get(name)
    if (preset) await timeStep(gpu, preset)
    else if (name === 'decode') await timeDecoding(gpu, presets.get('starter')!)
    else await timeMatmul(gpu)
    console.log('')
  }
  return 0
}
