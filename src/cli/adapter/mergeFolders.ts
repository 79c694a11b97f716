// Adapter folders merged into a model folder, written as another model folder: one weight file, streamed tensor by tensor, and
// every other file as it was.
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { createWriteStream } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { derivedCard } from '../../adapters/derivedCard.ts'
import type { MergedAdapter, MergedFolder } from '../../adapters/mergeInto.ts'
import { openAdapterFolder } from '../../files/adapterFolder.ts'
import { openModelFolder } from '../../files/modelFolder.ts'
import { readFolder } from '../../files/nodeSource.ts'
import { sortedJson } from '../../files/sortedJson.ts'
import { streamSafetensors } from '../../files/writeSafetensors.ts'
import { Fault } from '../../protocol/failure.ts'
import { openModel } from '../../train/base.ts'
import { mergedModel } from '../../train/mergedModel.ts'
import { openAdapter } from '../../train/openAdapter.ts'
import { takeWindow } from '../../train/params.ts'

/** Files of the weights themselves, and what a card says of the bare model. */
const REPLACED = /\.(safetensors|bin|pt|pth|gguf|onnx|h5|msgpack)$|\.index\.json$|^config\.json$|^README\.md$/

/** Answers one sentence about what was written. */
export async function mergeFolders(base: string, adapters: readonly string[], out: string, options: { readonly weights: readonly number[]; readonly widen: boolean }): Promise<string> {
  if (options.weights.length !== adapters.length) throw new Fault('bad-recipe', `${adapters.length} adapters need as many weights, found ${options.weights.join(', ')}.`, 'Give every adapter a weight.')
  if (resolve(base) === resolve(out)) throw new Fault('bad-recipe', 'The merged model would overwrite its base.', 'Choose another folder for --out.')
  const sources = await readFolder(base)
  const model = openModel(await openModelFolder(sources))
  const opened: MergedAdapter[] = []
  for (const [i, folder] of adapters.entries()) {
    const { attachments, layout, values } = await openAdapter(model, await openAdapterFolder(await readFolder(folder)))
    const read = (key: string): Float32Array | undefined => {
      const w = layout.windows.get(key)
      return w && takeWindow(values, w)
    }
    opened.push(...attachments.map((attachment) => ({ attachment, read, weight: options.weights[i] })))
  }
  const merged = mergedModel(model, opened, { widen: options.widen })
  await write(merged, out)
  await writeFile(join(out, 'README.md'), derivedCard(base, 'A model with adapters merged into its weights by Tunesmith:', { adapters, weights: options.weights }, 'transformers'))
  for (const path of sources.keys())
    if (!REPLACED.test(path)) {
      await mkdir(dirname(join(out, path)), { recursive: true })
      await copyFile(join(base, path), join(out, path))
    }
  return `A model of ${(merged.bytes / 1e6).toFixed(1)} MB, in which ${merged.changed.size} of ${merged.tensors.size} tensors are merged.`
}

async function write(merged: MergedFolder, out: string): Promise<void> {
  await mkdir(out, { recursive: true })
  await writeFile(join(out, 'config.json'), sortedJson(merged.config))
  await pipeline(Readable.from(streamSafetensors(merged.tensors, { format: 'pt' })), createWriteStream(join(out, 'model.safetensors')))
}
