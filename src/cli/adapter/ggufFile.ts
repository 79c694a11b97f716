// GGUF files for llama.cpp: a model with adapter folders merged in, or one adapter by itself.
import { basename, dirname, resolve } from 'node:path'
import { ggufLora } from '../../adapters/ggufLora.ts'
import { readAdapter } from '../../files/adapter.ts'
import { readFolder } from '../../files/nodeSource.ts'
import { describeBytes } from '../../lib/describeBytes.ts'
import { Fault } from '../../protocol/failure.ts'
import { exportGguf, type GgufForm } from '../../train/exportGguf.ts'
import { openBase } from './openBase.ts'
import { writeStreams } from './writeStreams.ts'

export const GGUF_TYPES: readonly GgufForm[] = ['F32', 'F16', 'Q8_0', 'base']

export interface GgufOptions {
  readonly weights: readonly number[]
  readonly type: GgufForm
}

const placeOf = (out: string): { folder: string; name: string } => {
  if (!/\.gguf$/i.test(out)) throw new Fault('bad-recipe', `${out} is not the name of a GGUF file.`, 'Give --out a name that ends in .gguf.')
  return { folder: dirname(resolve(out)), name: basename(out) }
}

/** Answers sentences about what was written. */
export async function ggufFile(base: string, adapters: readonly string[], out: string, { weights, type }: GgufOptions): Promise<string> {
  const { folder, name } = placeOf(out)
  const { model, given, baseModel } = await openBase(base, adapters, weights, out)
  const { file, remarks } = exportGguf(model, given, { name: name.replace(/\.gguf$/i, ''), baseModel, type })
  const bytes = await writeStreams(folder, new Map([[name, file]]))
  return [`A GGUF file ${type === 'base' ? 'with the blocks of its base, Q8_0 where adapters changed them' : `in ${type}`}, ${describeBytes(bytes)}${adapters.length > 0 ? `, with ${adapters.length} adapter${adapters.length === 1 ? '' : 's'} merged in` : ''}.`, ...remarks].join(' ')
}

export async function ggufLoraFile(base: string, adapter: string, out: string): Promise<string> {
  const { folder, name } = placeOf(out)
  // Opened, so that what does not fit is said before anything is written.
  const { model } = await openBase(base, [adapter], [1], out)
  const file = ggufLora(await readAdapter(await readFolder(adapter)), { name: basename(resolve(adapter)), config: { ...model.folder.config, model_type: model.folder.modelType } })
  const bytes = await writeStreams(folder, new Map([[name, file]]))
  return `A LoRA as GGUF, ${describeBytes(bytes)}, for llama-cli --lora.`
}
