// Models that were fetched, as people know them: a name, several files, when each was last used. The bytes are the model
// store's; a model is ready only when each of its files is.
import { Fault } from '../protocol/failure.ts'
import type { StoredModelInfo } from '../protocol/models.ts'
import type { ByteSource } from '../files/byteSource.ts'
import type { Locks } from './locks.ts'
import type { ModelCache } from './modelCache.ts'
import type { LibraryModel, RecordStore } from './recordStore.ts'
import { storing } from './storageFault.ts'

export interface Library {
  /** Notes which files a model has, before they are fetched; a second note keeps when it was added. */
  note(model: Omit<LibraryModel, 'addedAt' | 'usedAt'>): Promise<void>
  get(id: string): Promise<LibraryModel | undefined>
  /** Last used first. */
  list(): Promise<StoredModelInfo[]>
  /** Its files by path, and notes the use; undefined where one is missing. */
  open(id: string): Promise<{ readonly model: LibraryModel; readonly files: ReadonlyMap<string, ByteSource> } | undefined>
  /** Reads every file again; drops and names those that are not what was fetched. */
  verify(id: string, onProgress?: (done: number, total: number) => void): Promise<string[]>
  delete(id: string): Promise<void>
  /** Runs a task while nobody else fetches, verifies or deletes this model, in any tab. */
  alone<T>(id: string, task: () => Promise<T>): Promise<T>
}

const what = 'The model'
export const fileId = (model: string, path: string): string => `${model}/${path}`
const sizeOf = (model: LibraryModel): number => model.parts.reduce((n, f) => n + f.bytes, 0)

export function library(models: ModelCache, records: RecordStore, locks: Locks): Library {
  const need = async (id: string): Promise<LibraryModel> => {
    const model = await records.get('library', id)
    if (!model) throw new Fault('storage', `The model ${id} is not stored here.`, 'Fetch it again.')
    return model
  }
  const alone = async <T>(id: string, task: () => Promise<T>): Promise<T> => {
    if (await locks.isHeld(id)) throw new Fault('storage', 'This model is being fetched or checked, perhaps in another tab.', 'Wait until that is done, or cancel it there.')
    return locks.withRunLock(id, task)
  }
  return {
    alone,
    note: (model) =>
      storing({ what }, async () => {
        const now = Date.now()
        const before = await records.get('library', model.id)
        await records.write([{ table: 'library', key: model.id, put: { ...model, addedAt: before?.addedAt ?? now, usedAt: now } }])
      }),
    get: (id) => storing({ what }, () => records.get('library', id)),
    list: () =>
      storing({ what: 'The list of models' }, async () => {
        const ready = new Set((await models.list()).flatMap((f) => (f.complete ? [f.id] : [])))
        const all = (await records.all('library')).map(({ value }) => value).toSorted((a, b) => b.usedAt - a.usedAt || (a.id < b.id ? -1 : 1))
        return Promise.all(
          all.map(async (model): Promise<StoredModelInfo> => {
            const { id, source, name, revision, commit, sha256, usedAt } = model
            const arrived = await Promise.all(model.parts.map((f) => models.arrived(fileId(id, f.path))))
            return {
              id, source, name, usedAt,
              ...(revision !== undefined && { revision }),
              ...(commit !== undefined && { commit }),
              ...(sha256 !== undefined && { sha256 }),
              bytes: sizeOf(model),
              arrived: arrived.reduce((n, bytes) => n + bytes, 0),
              complete: model.parts.every((f, i) => ready.has(fileId(id, f.path)) && arrived[i] === f.bytes),
            }
          }),
        )
      }),
    open: (id) =>
      storing({ what }, async () => {
        const model = await records.get('library', id)
        if (!model) return undefined
        const files = new Map<string, ByteSource>()
        for (const { path } of model.parts) {
          const source = await models.open(fileId(id, path))
          if (!source) return undefined
          files.set(path, { ...source, name: path })
        }
        await records.write([{ table: 'library', key: id, patch: { usedAt: Date.now() } }])
        return { model, files }
      }),
    verify: (id, onProgress) =>
      storing({ what }, () =>
        alone(id, async () => {
          const model = await need(id)
          const total = sizeOf(model)
          const damaged: string[] = []
          let before = 0
          for (const { path, bytes } of model.parts) {
            const good = await models.verify(fileId(id, path), (done) => onProgress?.(before + done, total))
            if (!good) damaged.push(path)
            before += bytes
            onProgress?.(before, total)
          }
          return damaged
        }),
      ),
    delete: (id) =>
      storing({ what }, () =>
        alone(id, async () => {
          const model = await need(id)
          for (const { path } of model.parts) await models.delete(fileId(id, path))
          // Last: until then it can be deleted again.
          await records.write([{ table: 'library', key: id, remove: true }])
        }),
      ),
  }
}
