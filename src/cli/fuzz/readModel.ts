// What targets of models and adapters do: open the small golden checkpoint with one of its files changed.
import { goldenRoot } from '../../../e2e/golden/goldenFiles.ts'
import { bytesSource, type ByteSource } from '../../files/byteSource.ts'
import { openModelFolder } from '../../files/openModelFolder.ts'
import { readFolder } from '../../files/nodeSource.ts'
import { join } from 'node:path'
import { openModel, type OpenModel } from '../../train/base.ts'
import { findTensor } from '../../train/weights.ts'

/** The files of a golden checkpoint. */
export const goldenFiles = async (name: string): Promise<ReadonlyMap<string, ByteSource>> => readFolder(join(goldenRoot, 'models', name))

const bytesOf = async (files: ReadonlyMap<string, ByteSource>, path: string): Promise<Uint8Array<ArrayBuffer>> => {
  const source = files.get(path)
  if (!source) throw new Error(`${path} is not among ${[...files.keys()].join(', ')}`)
  return source.read(0, source.size)
}
export const jsonOf = async (files: ReadonlyMap<string, ByteSource>, path: string): Promise<unknown> => JSON.parse(new TextDecoder().decode(await bytesOf(files, path)))

/** A folder with one file of other content. */
export const withFile = (files: ReadonlyMap<string, ByteSource>, path: string, bytes: Uint8Array): Map<string, ByteSource> => new Map(files).set(path, bytesSource(bytes, path))

/** From the header to the tokenizer and some values. */
export async function readModel(files: ReadonlyMap<string, ByteSource>): Promise<unknown> {
  const model: OpenModel = openModel(await openModelFolder(files))
  const ids = model.tokenizer().encode('hello there')
  let sum = 0
  for (const path of model.outline.tensors.slice(0, 3)) sum += (await findTensor(model.folder, model.family, path)!.readF32()).length
  return [model.outline.tensors.length, ids.length, sum]
}
