// How many bytes each kept thing takes, from the records alone: no file is read. And what may go of a run while the rest stays.
import type { RunBytes, StorageUse } from '../protocol/keep.ts'
import { DESK } from './desk.ts'
import type { FileStore } from './fileStore.ts'
import type { Locks } from './locks.ts'
import type { Quota } from './quota.ts'
import type { RecordStore, StoredFolder } from './recordStore.ts'
import { storing } from './storageFault.ts'

export interface Uses {
  use(): Promise<Omit<StorageUse, 'models'>>
  dropCheckpoints(runId: string): Promise<void>
}

const bytesOf = (folder: Pick<StoredFolder, 'files'> | undefined): number => folder?.files.reduce((n, f) => n + f.bytes, 0) ?? 0

export function storageUse(files: FileStore, records: RecordStore, locks: Locks, quota: Quota): Uses {
  return {
    use: () =>
      storing({ what: 'The list of what is kept' }, async () => {
        const [runs, shelf, adapters, inputs, checkpoints, room] = await Promise.all([records.all('runs'), records.all('shelf'), records.all('adapters'), records.all('inputs'), records.all('checkpoints'), quota.estimate()])
        const sizes = (list: readonly { readonly key: string; readonly value: StoredFolder }[]) => new Map(list.map(({ key, value }) => [key, bytesOf(value)]))
        const [ofAdapter, ofData] = [sizes(adapters), sizes(inputs)]
        const ofCheckpoints = new Map<string, number>()
        for (const { key, value } of checkpoints) {
          const runId = key.slice(0, key.indexOf('/'))
          ofCheckpoints.set(runId, (ofCheckpoints.get(runId) ?? 0) + bytesOf(value))
        }
        return {
          runs: runs.map(({ key: id }): RunBytes => ({ id, checkpoints: ofCheckpoints.get(id) ?? 0, adapter: ofAdapter.get(id) ?? 0, data: ofData.get(id) ?? 0 })),
          shelf: shelf.map(({ key: id, value }) => ({ id, name: value.name, bytes: ofAdapter.get(id) ?? 0 })),
          desk: [...ofData].reduce((n, [key, bytes]) => (key.startsWith(DESK) ? n + bytes : n), 0),
          ...room,
        }
      }),
    dropCheckpoints: (runId) =>
      storing({ what: 'The checkpoints of this run' }, () =>
        locks.withRunLock(runId, async () => {
          const run = await records.get('runs', runId)
          if (!run) return
          const { checkpointStep: _step, ...rest } = run
          // The pointers first: files without one are only litter, which the next start sweeps.
          await records.write([
            { table: 'checkpoints', prefix: `${runId}/`, remove: true },
            { table: 'runs', key: runId, put: rest },
          ])
          await files.remove(`checkpoints/${runId}`)
        }),
      ),
  }
}
