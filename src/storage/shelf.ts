// Adapters that came from no run: dropped, combined or compressed here. A record and a folder of files each, which appear
// and go together: one transaction writes both pointers, after the files are proven.
import type { StoredAdapter } from '../protocol/adapters.ts'
import { bytesOf, writeFolder, type Parts } from './committed.ts'
import { segments, type FileStore } from './fileStore.ts'
import type { Locks } from './locks.ts'
import type { RecordStore } from './recordStore.ts'
import { storing } from './storageFault.ts'

export interface Shelf {
  /** Resolves when it is on the disk. Its files are read through `Storage.adapters`. */
  save(adapter: StoredAdapter, parts: Parts): Promise<void>
  get(id: string): Promise<StoredAdapter | undefined>
  /** Newest first. */
  list(): Promise<StoredAdapter[]>
  rename(id: string, name: string): Promise<void>
  delete(id: string): Promise<void>
}

const what = 'The adapter'

export function shelf(files: FileStore, records: RecordStore, locks: Locks): Shelf {
  return {
    save: (adapter, parts) =>
      storing({ what, bytes: bytesOf(parts) }, () => {
        segments(adapter.id)
        // Owned while it is being written, so that another tab's sweep does not take its files for litter.
        return locks.withRunLock(adapter.id, async () => {
          const stored = await writeFolder(files, `adapters/${adapter.id}/${crypto.randomUUID()}`, parts)
          await records.write([
            { table: 'adapters', key: adapter.id, put: stored },
            { table: 'shelf', key: adapter.id, put: adapter },
          ])
        })
      }),
    get: (id) => storing({ what }, () => records.get('shelf', id)),
    list: () =>
      storing({ what: 'The list of adapters' }, async () =>
        (await records.all('shelf')).map(({ value }) => value).toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1)),
      ),
    rename: (id, name) => storing({ what }, () => records.write([{ table: 'shelf', key: id, patch: { name } }])),
    delete: (id) =>
      storing({ what }, async () => {
        await records.write([
          { table: 'shelf', key: id, remove: true },
          { table: 'adapters', key: id, remove: true },
        ])
        await files.remove(`adapters/${id}`)
      }),
  }
}
