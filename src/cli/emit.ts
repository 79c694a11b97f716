// `npm run emit -- ADAPTER "TASK" [--base FOLDER] [--out DIR]`: a LoRA out of a trained hypernetwork's folder, for a task by its
// name or for the description of a new one, which the base model reads.
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { derivedCard } from '../adapters/derivedCard.ts'
import { adapterFiles } from '../files/adapter.ts'
import { openAdapterFolder } from '../files/adapterFolder.ts'
import { openModelFolder } from '../files/openModelFolder.ts'
import { readFolder, readModel } from '../files/nodeSource.ts'
import { dawnGpu } from '../gpu/dawn.ts'
import { openGpu } from '../gpu/device.ts'
import { mount, openModel } from '../train/base.ts'
import { emitAdapter } from '../train/emitAdapter.ts'
import { openAdapter } from '../train/openAdapter.ts'
import { Arguments } from './arguments.ts'

export const USAGE = 'npm run emit -- ADAPTER "TASK" [--base FOLDER] [--out DIR]'
const starter = fileURLToPath(new URL('../../public/starter', import.meta.url))

export async function main(argv: string[]): Promise<number> {
  const args = new Arguments(argv, USAGE)
  args.allow(['--base', '--out'])
  const [base, out] = [resolve(args.text('--base') ?? starter), resolve(args.text('--out') ?? 'emitted')]
  const [folder, task] = args.operands(2, 2, 'the folder of a hypernetwork and a task')
  const model = openModel(await openModelFolder(await readModel(base)))
  const opened = await openAdapterFolder(await readFolder(folder))
  const maker = await openAdapter(model, opened)
  const baseModel = String(opened.parts[0].config['base_model_name_or_path'])
  const { attachment, tensors } = await emitAdapter(mount(model, await openGpu(await dawnGpu())), maker, maker.values, task)
  const config = attachment.adapterConfig!(baseModel)
  const card = derivedCard(baseModel, 'A LoRA adapter that a hypernetwork made for a task.', { task })
  await mkdir(out, { recursive: true })
  for (const [path, bytes] of adapterFiles({ config, tensors, card })) await writeFile(join(out, path), bytes)
  console.log(`made: ${out}`)
  return 0
}
