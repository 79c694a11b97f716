// Models from the Hub and those that are stored here: fetched in a worker of their own, listed, checked, deleted, and opened as the
// base without the network.
import { familyOf } from '../families/registry.ts'
import type { ByteSource } from '../files/byteSource.ts'
import { Fault, toFailure } from '../protocol/failure.ts'
import type { ModelLibrary, StoredModelInfo } from '../protocol/models.ts'
import type { Recipe } from '../protocol/recipe.ts'
import type { BaseInfo, Result } from '../protocol/studio.ts'
import { hubModelId } from '../storage/hubModel.ts'
import type { Storage } from '../storage/storage.ts'
import type { HubFetcher } from './hubClient.ts'
import type { Site } from './site.ts'

export interface ModelShelfNeeds {
  readonly site: Pick<Site, 'hub'>
  readonly storage: Storage
  readonly fetcher: HubFetcher
  /** The base that is open. */
  opened(): { readonly info: BaseInfo } | undefined
  open(info: { readonly id: string; readonly title: string; readonly revision?: string }, files: ReadonlyMap<string, ByteSource>): Promise<BaseInfo>
  answer<T>(work: () => Promise<T>): Promise<Result<T>>
  alone<T>(work: () => Promise<T>): Promise<T>
}

type Base = Recipe['base']

export interface ModelShelf {
  readonly calls: ModelLibrary
  /** Opens the model that a recipe names, which must be stored. */
  openFor(base: Base): Promise<void>
  /** The recipe with the commit of the model that is open, so that a run says what it ran on. */
  pinned(recipe: Recipe): Recipe
}

const short = (commit: string): string => (/^[0-9a-f]{40}$/.test(commit) ? commit.slice(0, 8) : commit)

export function modelShelf({ site, storage, fetcher, opened, open, answer, alone }: ModelShelfNeeds): ModelShelf {
  const { library } = storage

  const isOpen = (id: string): boolean => {
    const info = opened()?.info
    if (!info) return false
    return id === (info.revision === undefined ? `builtin/${info.id}` : hubModelId(info.id, info.revision))
  }
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
    const { name, commit } = stored.model
    return open({ id: name, title: name, ...(commit !== undefined && { revision: commit }) }, stored.files)
  }

  return {
    async openFor({ id, revision = 'main' }) {
      if ((await find(hubModelId(id, revision)))?.complete !== true)
        throw new Fault('bad-model', `This run tunes ${id} at ${short(revision)}, which is not stored in this browser.`, `Fetch ${id}@${revision} under “Hugging Face model”, then continue the run.`)
      await openStored(hubModelId(id, revision))
    },
    pinned: (recipe) => {
      const info = opened()?.info
      if (recipe.base.source !== 'hub' || info?.revision === undefined) return recipe
      return { ...recipe, base: { ...recipe.base, revision: info.revision } }
    },
    calls: {
      hub: () => answer(() => site.hub()),
      fetchHub: (request, onProgress) =>
        answer(async () => {
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
      models: () => answer(() => library.list()),
      openStored: (id) => answer(() => alone(() => openStored(id))),
      verifyModel: (id, onProgress) => answer(async () => ({ damaged: await library.verify(id, onProgress) })),
      deleteModel: (id) =>
        answer(() =>
          alone(async () => {
            if (isOpen(id)) throw new Fault('storage', 'This model is open.', 'Open another one first, then delete it.')
            await library.delete(id)
            return true as const
          }),
        ),
    },
  }
}
