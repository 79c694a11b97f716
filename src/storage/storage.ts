// All that outlives a reload, behind one interface: the training session does not know whether a browser, a folder or
// memory keeps it. `createStorage` joins a file store and a record store; see browserStorage, nodeStorage, memoryStorage.
import { checkpoints, type Checkpoints } from './checkpoints.ts'
import { desk, type Desk } from './desk.ts'
import type { FileStore } from './fileStore.ts'
import { folders, type Folders } from './folders.ts'
import { kernels, type Kernels } from './kernels.ts'
import { library, type Library } from './library.ts'
import type { Locks } from './locks.ts'
import { modelCache, type ModelCache } from './modelCache.ts'
import type { Quota } from './quota.ts'
import type { RecordStore } from './recordStore.ts'
import { runs, type Runs } from './runs.ts'
import { shelf, type Shelf } from './shelf.ts'
import { storageUse, type Uses } from './storageUse.ts'
import { storing } from './storageFault.ts'

export interface Storage extends Pick<Locks, 'withRunLock' | 'isHeld'>, Uses {
  readonly runs: Runs
  readonly checkpoints: Checkpoints
  /** Files of adapters, of runs and of the shelf. */
  readonly adapters: Folders
  /** Adapters that came from no run. */
  readonly shelf: Shelf
  /** The data files of a run, so that it can go on after a reload. */
  readonly inputs: Folders
  /** Chosen data files, for the next visit. */
  readonly desk: Desk
  /** Files of models, one by one. */
  readonly models: ModelCache
  /** Models as people know them: several files each. */
  readonly library: Library
  readonly kernels: Kernels
  readonly quota: Quota
  /** Removes files that no record points to, of runs that nobody owns; answers how many. Call once at the start. */
  sweep(): Promise<number>
  close(): Promise<void>
}

export interface StorageParts {
  readonly files: FileStore
  readonly records: RecordStore
  readonly locks: Locks
  readonly quota: Quota
}

export function createStorage({ files, records, locks, quota }: StorageParts): Storage {
  const sweepRun = async (room: 'checkpoints' | 'adapters' | 'inputs', runId: string): Promise<number> => {
    const pointers = room === 'checkpoints' ? await records.all(room, `${runId}/`) : [{ value: await records.get(room, runId) }]
    const kept = new Set(pointers.map(({ value }) => value?.folder))
    const found = await files.list(`${room}/${runId}`)
    const litter = found.map((name) => `${room}/${runId}/${name}`).filter((folder) => !kept.has(folder))
    if (litter.length === found.length) await files.remove(`${room}/${runId}`)
    else for (const folder of litter) await files.remove(folder)
    return litter.length
  }
  const inputs = folders('inputs', files, records)
  const models = modelCache(files, records, quota)
  return {
    runs: runs(files, records),
    checkpoints: checkpoints(files, records, quota),
    adapters: folders('adapters', files, records),
    shelf: shelf(files, records, locks),
    inputs,
    desk: desk(files, records, locks, quota, inputs),
    models,
    library: library(models, records, locks),
    kernels: kernels(records),
    quota,
    ...storageUse(files, records, locks, quota),
    withRunLock: locks.withRunLock,
    isHeld: locks.isHeld,
    sweep: () =>
      storing({ what: 'Leftover files' }, async () => {
        let removed = 0
        for (const room of ['checkpoints', 'adapters', 'inputs'] as const)
          for (const runId of await files.list(room)) {
            // A run with an owner may be in the middle of a save; its next start sweeps it.
            removed += await locks
              .withRunLock(runId, () => sweepRun(room, runId))
              .catch(async (error: unknown) => {
                if (await locks.isHeld(runId)) return 0
                throw error
              })
          }
        return removed
      }),
    close: () => records.close(),
  }
}
