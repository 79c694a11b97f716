// What a parcel holds, as files that are made while they are read: the one answer for a zip, a folder and the Hub.
import { mergedCard } from '../files/mergedCard.ts'
import type { ByteSource } from '../files/byteSource.ts'
import { streamedBytes, streamedSource, type StreamedFile } from '../files/zip.ts'
import { utf8 } from '../lib/bytes.ts'
import type { AdapterFormat, AdapterUse, MergedFormat } from '../protocol/adapters.ts'
import type { OnnxRequest } from '../protocol/onnx.ts'
import type { Recipe } from '../protocol/recipe.ts'
import type { Parcel } from '../protocol/takeAway.ts'
import { exportGguf } from '../train/exportGguf.ts'
import { cardOf, exportMerged } from '../train/exportMerged.ts'
import { exportOnnx } from '../train/exportOnnx.ts'
import type { AdapterLibrary } from './adapterLibrary.ts'
import { asGguf } from './deriveAdapter.ts'

export interface Packed {
  /** As a folder may be called. */
  readonly name: string
  readonly files: ReadonlyMap<string, StreamedFile>
  /** The one that is downloaded alone; the others go along into a folder. */
  readonly alone?: string
  /** What a person should know of how other programs run it. */
  readonly remarks?: readonly string[]
}

/** A name that every file system takes. */
export const folderName = (text: string, otherwise = 'adapter'): string => text.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[-.]+|[-.]+$/g, '') || otherwise

/** @param script the folder that a recipe's run leaves for larger machines */
export function parcels(library: AdapterLibrary, version: string, script: (recipe: Recipe) => Promise<ReadonlyMap<string, StreamedFile>>): (parcel: Parcel) => Promise<Packed> {
  return (parcel) => {
    switch (parcel.what) {
      case 'adapter':
        return packAdapter(library, parcel.id, parcel.format)
      case 'merged':
        return packMerged(library, parcel.adapters, parcel.name, parcel.format)
      case 'onnx':
        return packOnnx(library, parcel, version)
      case 'script':
        return script(parcel.recipe).then((files) => ({ name: folderName(`${parcel.recipe.name}-script`), files }))
      default:
        return parcel satisfies never
    }
  }
}

export async function packAdapter(library: AdapterLibrary, id: string, format: AdapterFormat): Promise<Packed> {
  const part = await library.part(id)
  const name = folderName(part.name)
  if (format === 'peft') return { name, files: new Map([...part.files].map(([path, source]) => [path, streamedSource(source)])) }
  const { model, info } = library.need()
  const file = await asGguf(part, { ...model.folder.config, model_type: model.folder.modelType })
  const alone = `${name}.gguf`
  const card = mergedCard({
    ...cardOf(model),
    baseModel: info.id,
    name: part.name,
    adapters: await library.mergedParts([{ id, weight: 1 }]),
    said: `A LoRA for ${info.id} in llama.cpp’s format, written by Tunesmith.`,
    relation: 'adapter',
    library: 'gguf',
    tags: ['lora'],
    load: ['sh', '# model.gguf: the base model as GGUF', `llama-cli -m model.gguf --lora ${alone} -p "…"`],
  })
  return { name: `${name}-gguf`, alone, files: new Map([[alone, file], ['README.md', streamedBytes(utf8(card))]]) }
}

const GGUF_FORMS = { 'gguf-f16': ['F16', '-f16.gguf'], 'gguf-q8_0': ['Q8_0', '-q8_0.gguf'], 'gguf-base': ['base', '-merged.gguf'] } as const

export async function packMerged(library: AdapterLibrary, uses: readonly AdapterUse[], given: string, format: MergedFormat): Promise<Packed> {
  const { info } = library.need()
  const { model, weighted } = await library.subjectOf(uses)
  const adapters = await library.mergedParts(uses)
  const name = folderName(given)
  if (format === 'huggingface') return { name: `${name}-merged`, files: exportMerged(model, weighted, { baseModel: info.id, name: given, adapters }) }
  const [type, ending] = GGUF_FORMS[format]
  const { file, remarks } = exportGguf(model, weighted, { name: given, baseModel: info.id, type })
  const alone = `${name}${ending}`
  const card = mergedCard({
    ...cardOf(model),
    baseModel: info.id,
    name: given,
    adapters,
    form: type === 'base' ? ' as GGUF: the blocks of the base, and Q8_0 where adapters changed them' : ` as GGUF (${type})`,
    library: 'gguf',
    load: ['sh', `llama-cli -m ${alone} -p "…"`],
  })
  return { name: `${name}-gguf`, alone, files: new Map([[alone, file], ['README.md', streamedBytes(utf8(card))]]), remarks }
}

export async function packOnnx(library: AdapterLibrary, { adapters, name, dtype }: OnnxRequest, version: string): Promise<Packed> {
  const { model, weighted } = await library.subjectOf(adapters)
  const files = exportOnnx(model, weighted, { baseModel: library.need().info.id, name, adapters: await library.mergedParts(adapters), version, dtype })
  return { name: `${folderName(name, 'model')}-onnx`, files }
}

/** A run's Python folder, with the base beside it where nobody could fetch it from elsewhere. */
export const scriptFolder = (files: ReadonlyMap<string, Uint8Array>, base: ReadonlyMap<string, ByteSource> | undefined): Map<string, StreamedFile> =>
  new Map([...[...files].map(([path, bytes]) => [path, streamedBytes(bytes)] as const), ...[...(base ?? [])].map(([path, source]) => [`base/${path}`, streamedSource(source)] as const)])
