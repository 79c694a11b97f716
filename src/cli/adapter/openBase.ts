// A model folder, or a GGUF file, with adapter folders opened for it.
import { basename, resolve } from 'node:path'
import { openAdapterFolder } from '../../files/adapterFolder.ts'
import type { ByteSource } from '../../files/byteSource.ts'
import type { MergedPart } from '../../files/mergedCard.ts'
import { openModelFolder } from '../../files/openModelFolder.ts'
import { readFolder, readModel } from '../../files/nodeSource.ts'
import { Fault } from '../../protocol/failure.ts'
import { openModel, type OpenModel } from '../../train/base.ts'
import type { Weighted } from '../../train/mergeWeights.ts'
import { openAdapter } from '../../train/openAdapter.ts'

export interface OpenFolders {
  /** The base's files, by path. */
  readonly sources: ReadonlyMap<string, ByteSource>
  readonly model: OpenModel
  readonly given: Weighted[]
  /** For a card: the base, and what is merged into it. */
  readonly baseModel: string
  readonly parts: MergedPart[]
}

/** @param out where nothing of the base may be overwritten */
export async function openBase(base: string, adapters: readonly string[], weights: readonly number[], out: string): Promise<OpenFolders> {
  if (weights.length !== adapters.length) throw new Fault('bad-recipe', `${adapters.length} adapters need as many weights, found ${weights.join(', ')}.`, `Give every adapter a weight: --weights ${adapters.map(() => '1').join(',')}.`)
  if (resolve(base) === resolve(out)) throw new Fault('bad-recipe', 'The result would overwrite its base.', 'Choose another place for --out.')
  const sources = await readModel(base)
  if (sources.has('adapter_config.json') && !sources.has('config.json')) throw new Fault('bad-recipe', `${base} is an adapter, and the model comes first.`, `Name the model, then ${adapters.length > 0 ? 'the adapters' : 'perhaps adapters'}.`)
  const model = openModel(await openModelFolder(sources))
  const given: Weighted[] = []
  for (const [i, folder] of adapters.entries()) given.push({ adapter: await openAdapter(model, await openAdapterFolder(await readFolder(folder))), weight: weights[i] })
  return { sources, model, given, baseModel: basename(resolve(base)), parts: adapters.map((folder, i) => ({ name: basename(resolve(folder)), weight: weights[i] })) }
}
