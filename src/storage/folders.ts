// One folder of files per run, replaced as a whole, under the same promise as a checkpoint: a new folder replaces the old
// one only once it is proven. Rooms: `adapters` (what a run leaves) and `inputs` (the data files it needs to go on).
import { bytesOf, openFolder, readFolder, writeFolder, type Parts, type StoredSource } from './committed.ts'
import type { FileStore } from './fileStore.ts'
import type { RecordStore } from './recordStore.ts'
import { storing } from './storageFault.ts'

export interface Folders {
  save(runId: string, parts: Parts): Promise<void>
  load(runId: string): Promise<ReadonlyMap<string, Uint8Array> | undefined>
  /** The files as they lie, not checked: for reading a header, or for streaming. */
  open(runId: string): Promise<ReadonlyMap<string, StoredSource> | undefined>
}

export type Room = 'adapters' | 'inputs'
const what: Readonly<Record<Room, string>> = { adapters: 'The adapter', inputs: 'The run’s data' }

export function folders(room: Room, files: FileStore, records: RecordStore): Folders {
  return {
    save: (runId, parts) =>
      storing({ what: what[room], bytes: bytesOf(parts) }, async () => {
        const before = await records.get(room, runId)
        const stored = await writeFolder(files, `${room}/${runId}/${crypto.randomUUID()}`, parts)
        await records.write(
          room === 'adapters'
            ? [
                { table: room, key: runId, put: stored },
                { table: 'runs', key: runId, patch: { hasAdapter: true } },
              ]
            : [{ table: room, key: runId, put: stored }],
        )
        if (before) await files.remove(before.folder).catch(() => undefined)
      }),
    load: (runId) =>
      storing({ what: what[room] }, async () => {
        const stored = await records.get(room, runId)
        return stored && readFolder(files, stored)
      }),
    open: (runId) =>
      storing({ what: what[room] }, async () => {
        const stored = await records.get(room, runId)
        return stored && openFolder(files, stored)
      }),
  }
}
