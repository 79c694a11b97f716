// `npm run emit -- ADAPTER "TASK" [--base FOLDER] [--out DIR]`: a LoRA out of a trained hypernetwork's folder, for a task by its
// name or for the description of a new one, which the base model reads.
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { derivedCard } from '../adapters/derivedCard.ts'
import { adapterFiles } from '../files/adapter.ts'
import { openAdapterFolder } from '../files/adapterFolder.ts'
import { openModelFolder } from '../files/openModelFolder.ts'
import { readFolder } from '../files/nodeSource.ts'
import { dawnGpu } from '../gpu/dawn.ts'
import { openGpu } from '../gpu/device.ts'
import { Fault } from '../protocol/failure.ts'
import { mount, openModel } from '../train/base.ts'
import { emitAdapter } from '../train/emitAdapter.ts'
import { openAdapter } from '../train/openAdapter.ts'

const USAGE = 'npm run emit -- ADAPTER "TASK" [--base FOLDER] [--out DIR]'
const starter = fileURLToPath(new URL('../../public/starter', import.meta.url))

export async function main(argv: string[]): Promise<number> {
  const rest = [...argv]
  const take = (flag: string, fallback: string): string => {
    const at = rest.indexOf(flag)
    return resolve(at < 0 ? fallback : (rest.splice(at, 2)[1] ?? fallback))
  }
  const [base, out] = [take('--base', starter), take('--out', 'emitted')]
  const [folder, task] = rest
  if (!folder || !task || rest.length > 2) throw new Fault('bad-recipe', 'emit needs the folder of a hypernetwork and a task.', USAGE)
  const model = openModel(await openModelFolder(await readFolder(base)))
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
