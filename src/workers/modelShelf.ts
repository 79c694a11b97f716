// Models from the Hub and those that are stored here: fetched in a worker of their own or kept from a dropped folder, listed, checked,
// deleted, and opened as the base without the network.
import { familyOf } from '../families/registry.ts'
import type { ByteSource } from '../files/byteSource.ts'
import { paced } from '../lib/paced.ts'
import { Fault, toFailure } from '../protocol/failure.ts'
import type { ModelLibrary, StoredModelInfo } from '../protocol/models.ts'
import type { Recipe } from '../protocol/recipe.ts'
import { resultOf } from '../protocol/result.ts'
import type { BaseInfo } from '../protocol/studio.ts'
import { hubModelId } from '../storage/hubModel.ts'
import { keepModel } from '../storage/keepModel.ts'
import type { Storage } from '../storage/storage.ts'
import type { OpenModel } from '../train/base.ts'
import type { HubFetcher } from './hubClient.ts'
import type { Called } from './modelInfo.ts'
import type { Site } from './site.ts'

export interface ModelShelfNeeds {
  readonly site: Pick<Site, 'hub'>
  readonly storage: Storage
  readonly fetcher: HubFetcher
  /** The base that is open. */
  opened(): { readonly info: BaseInfo; readonly model: Pick<OpenModel, 'folder'> } | undefined
  open(info: Called, files: ReadonlyMap<string, ByteSource>): Promise<BaseInfo>
  openBuiltin(id: string): Promise<unknown>
  /** The model that is open is called so from here on. */
  called(info: BaseInfo): void
  alone<T>(work: () => Promise<T>): Promise<T>
}

type Base = Recipe['base']

/** Between two reports. */
const REPORT_MS = 100

export interface ModelShelf {
  readonly calls: ModelLibrary
  /** Opens the model that a recipe names, which must be stored unless it is open. */
  openFor(base: Base): Promise<void>
  /** The recipe with the commit of the model that is open, so that a run says what it ran on. */
  pinned(recipe: Recipe): Recipe
}

const short = (commit: string): string => (/^[0-9a-f]{40}$/.test(commit) ? commit.slice(0, 8) : commit)

export function modelShelf({ site, storage, fetcher, opened, open, openBuiltin, called, alone }: ModelShelfNeeds): ModelShelf {
  const { library } = storage
  /** The model that is being kept. */
  let keeping = { isCancelled: false }

  const isOpen = (id: string): boolean => opened()?.info.storedAs === id
  /** By id, or by the revision that was asked for: the commit that was used last. */
  const find = async (id: string): Promise<StoredModelInfo | undefined> => {
    const all = await library.list()
    return all.find((m) => m.id === id) ?? all.find((m) => m.source === 'hub' && m.complete && hubModelId(m.name, m.revision ?? 'main') === id)
  }
  const openStored = async (id: string): Promise<BaseInfo> => {
    const info = await find(id)
    if (!info) throw new Fault('bad-model', `The model ${id.replace(/^\w+\//, '')} is not stored in this browser.`, 'Fetch it under “Hugging Face model”, then go on.')
    const stored = await library.open(info.id)
    if (!stored) throw new Fault('bad-model', `${info.name} is not stored in full.`, 'Fetch it again; what is here already is kept.')
    const { name, commit, sha256 } = stored.model
    return open({ id: name, title: name, storedAs: info.id, ...(commit !== undefined && { revision: commit }), ...(sha256 !== undefined && { sha256 }) }, stored.files)
  }
  const openForHub = async ({ id, revision = 'main' }: Base): Promise<void> => {
    const wanted = hubModelId(id, revision)
    if (isOpen(wanted)) return
    if ((await find(wanted))?.complete !== true)
      throw new Fault('bad-model', `This run tunes ${id} at ${short(revision)}, which is not stored in this browser.`, `Fetch ${id}@${revision} under “Hugging Face model”, then continue the run.`)
    await openStored(wanted)
  }
  /** A folder is what its name and, where the run knows it, its hash say. */
  const openForFolder = async ({ id, sha256 }: Base): Promise<void> => {
    const { info, model } = opened() ?? {}
    const hasName = info?.id === id && !/^(builtin|hub)\//.test(info.storedAs ?? '')
    if (hasName && (sha256 === undefined || sha256 === (info.sha256 ?? (await model!.folder.hash())))) return
    const kept = (await library.list()).find((m) => m.source === 'folder' && m.complete && m.name === id && (sha256 === undefined || m.sha256 === sha256))
    if (kept) return void (await openStored(kept.id))
    if (hasName) throw new Fault('bad-model', `This run tunes a model folder ${id} with other weights than the one that is open.`, 'Drop that folder as it was on the page, then continue the run.')
    throw new Fault('bad-model', `This run tunes the model folder ${id}, which is not open.`, 'Drop that folder on the page, then continue the run.')
  }

  return {
    async openFor(base) {
      if (base.source === 'hub') await openForHub(base)
      else if (base.source === 'folder') await openForFolder(base)
      else if (!isOpen(`builtin/${base.id}`)) await openBuiltin(base.id)
    },
    pinned: (recipe) => {
      const info = opened()?.info
      if (recipe.base.source !== 'hub' || info?.revision === undefined) return recipe
      return { ...recipe, base: { ...recipe.base, revision: info.revision } }
    },
    calls: {
      hub: () => resultOf(() => site.hub()),
      fetchHub: (request, onProgress) =>
        resultOf(async () => {
          const place = await site.hub()
          if (!place) throw new Fault('network', 'This studio was built to fetch from no Hub.', 'Download the model’s files yourself and drop the folder on the page.')
          // Asks once that the browser does not clear gigabytes when the disk fills; a refusal changes nothing here.
          void storage.quota.persist().catch(() => false)
          return fetcher.fetch(request, place.endpoint, onProgress, async (modelType) => {
            try {
              familyOf(modelType)
              return undefined
            } catch (error) {
              return toFailure(error)
            }
          })
        }),
      cancelHub: () => fetcher.cancel(),
      models: () => resultOf(() => library.list()),
      openStored: (id) => resultOf(() => alone(() => openStored(id))),
      verifyModel: (id, onProgress) => resultOf(async () => ({ damaged: await library.verify(id, onProgress) })),
      deleteModel: (id) =>
        resultOf(() =>
          alone(async () => {
            if (isOpen(id)) throw new Fault('storage', 'This model is open.', 'Open another one first, then delete it.')
            await library.delete(id)
            return true as const
          }),
        ),
      keepModel: (onProgress) =>
        resultOf(async () => {
          const open = opened()
          if (open?.info.bytesToKeep === undefined) throw new Fault('bad-model', 'No dropped model is open that could be kept.', 'Drop a model folder first.')
          const mine = (keeping = { isCancelled: false })
          void storage.quota.persist().catch(() => false)
          const reports = paced(({ done, total }: { done: number; total: number }) => onProgress(done, total), REPORT_MS)
          const { bytesToKeep: _bytes, ...info } = open.info
          const { id, sha256 } = await keepModel(storage, info.id, open.model.folder, { isCancelled: () => mine.isCancelled, onProgress: (done, total) => reports.tell({ done, total }) }).finally(reports.flush)
          const kept = { ...info, storedAs: id, sha256 }
          if (opened() === open) called(kept)
          return kept
        }),
      cancelKeeping: async () => void (keeping.isCancelled = true),
    },
  }
}
