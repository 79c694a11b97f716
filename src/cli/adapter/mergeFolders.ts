// Adapter folders merged into a model folder, written as another model folder: weights streamed tensor by tensor, in shards where
// they are large, and every other file as it was.
import { copyFile, mkdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { mergedCard } from '../../files/mergedCard.ts'
import { weightFiles } from '../../files/shards.ts'
import { configJson } from '../../files/configJson.ts'
import { streamedBytes } from '../../files/zip.ts'
import { utf8 } from '../../lib/bytes.ts'
import { describeBytes } from '../../lib/describeBytes.ts'
import { Fault } from '../../protocol/failure.ts'
import { cardOf, mergedLoadLines } from '../../train/exportMerged.ts'
import { mergedAdapters } from '../../train/mergeWeights.ts'
import { mergedModel } from '../../train/mergedModel.ts'
import { openBase } from './openBase.ts'
import { writeStreams } from './writeStreams.ts'

/** Files of the weights themselves, and what a card says of the bare model. */
const REPLACED = /\.(safetensors|bin|pt|pth|gguf|onnx|h5|msgpack)$|\.index\.json$|^config\.json$|^README\.md$/

export interface MergeOptions {
  readonly weights: readonly number[]
  readonly widen: boolean
  /** Bytes of tensors in a file; transformers' own default unless said. */
  readonly mostPerShard?: number
}

/** Answers one sentence about what was written. */
export async function mergeFolders(base: string, adapters: readonly string[], out: string, { weights, widen, mostPerShard }: MergeOptions): Promise<string> {
  if (/\.gguf$/i.test(base)) throw new Fault('bad-recipe', `${base} is a GGUF file, and merge writes Hugging Face folders.`, `For llama.cpp: npm run adapter -- gguf ${[base, ...adapters].join(' ')} --type base --out merged.gguf`)
  const { sources, model, given, baseModel, parts } = await openBase(base, adapters, weights, out)
  const merged = mergedModel(model, mergedAdapters(given), { widen })
  const card = mergedCard({ ...cardOf(model), baseModel, name: basename(resolve(out)), adapters: parts, library: 'transformers', load: mergedLoadLines(model.outline.taskType) })
  const written = weightFiles(merged.tensors, mostPerShard)
  await writeStreams(out, new Map([['config.json', streamedBytes(utf8(configJson(merged.config)))], ['README.md', streamedBytes(utf8(card))], ...written]))
  for (const path of sources.keys())
    if (!REPLACED.test(path)) {
      await mkdir(dirname(join(out, path)), { recursive: true })
      await copyFile(join(base, path), join(out, path))
    }
  const shards = [...written.keys()].filter((path) => path.endsWith('.safetensors')).length
  return `A model of ${describeBytes(merged.bytes)}${shards > 1 ? ` in ${shards} shards` : ''}, in which ${merged.changed.size} of ${merged.tensors.size} tensors are merged.`
}
