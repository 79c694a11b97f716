// New adapters from stored ones: combined, averaged or compressed, as the files of an ordinary PEFT folder.
import { average, averageUpdates } from '../adapters/average.ts'
import { combine } from '../adapters/combine.ts'
import { compress } from '../adapters/compress.ts'
import { derivedCard } from '../adapters/derivedCard.ts'
import { ggufLora } from '../adapters/ggufLora.ts'
import { adapterFiles, readAdapter, type Adapter } from '../files/adapter.ts'
import { bytesSource, type ByteSource } from '../files/byteSource.ts'
import type { StreamedFile } from '../files/zip.ts'
import type { Emitted } from '../methods/method.ts'
import type { CombineRequest } from '../protocol/adapters.ts'
import { Fault } from '../protocol/failure.ts'
import type { JsonObject } from '../protocol/record.ts'

type Files = ReadonlyMap<string, ByteSource>

export interface Part {
  readonly name: string
  readonly files: Files
}

export async function combined({ adapters: uses, type, density, majoritySign, rank, seed }: CombineRequest, parts: readonly Part[]): Promise<Files> {
  if (parts.length === 0) throw new Fault('bad-adapter', 'There is nothing to combine.', 'Choose two adapters or more.')
  const adapters: Adapter[] = []
  for (const part of parts) adapters.push(await read(part))
  const weights = uses.map((u) => u.weight)
  if (type === 'average') {
    const lora = adapters.every((a) => a.config['peft_type'] === 'LORA')
    return sources(lora ? averageUpdates(adapters, { weights, ...(rank !== undefined && { rank }) }) : average(adapters, weights))
  }
  return sources(
    combine(adapters, {
      combination_type: type,
      weights,
      ...(rank !== undefined && { svd_rank: rank }),
      ...(density !== undefined && { density }),
      ...(majoritySign !== undefined && { majority_sign_method: majoritySign }),
      ...(seed !== undefined && { seed }),
    }),
  )
}

export async function compressed(part: Part, rank: number): Promise<{ readonly files: Files; readonly keptEnergy: number }> {
  const { adapter, keptEnergy } = compress(await read(part), { rank })
  return { files: sources(adapter), keptEnergy }
}

/** A LoRA for llama.cpp. */
export const asGguf = async (part: Part, config: JsonObject): Promise<StreamedFile> => ggufLora(await read(part), { name: part.name, config })

/** What a hypernetwork made for a task, as its own folder. */
export function emitted({ attachment, tensors }: Emitted, baseModel: string, maker: string, task: string): Files {
  const card = derivedCard(baseModel, `A LoRA adapter that the hypernetwork ${JSON.stringify(maker)} made for a task.`, { hypernetwork: maker, task })
  return sources({ config: attachment.adapterConfig!(baseModel), tensors, card })
}

/** One PEFT adapter; a union or another library's folder has no algebra. */
async function read({ name, files }: Part): Promise<Adapter> {
  const configs = [...files.keys()].filter((path) => path.endsWith('adapter_config.json'))
  if (configs.length !== 1 || !files.has('adapter_config.json') || !files.has('adapter_model.safetensors'))
    throw new Fault('bad-adapter', `“${name}” is not a single PEFT adapter, so that it cannot be combined, compressed or written as GGUF.`, 'Mix it live by weight, or merge it into the weights.')
  return readAdapter(files)
}

const sources = (adapter: Adapter): Files => new Map([...adapterFiles(adapter)].map(([path, bytes]) => [path, bytesSource(bytes, path)]))
