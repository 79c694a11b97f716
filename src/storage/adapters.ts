// Finished adapters: the files of one export per run, as bytes, under the same promise as a checkpoint. A new export
// replaces the old one only once it is proven. Knows no format.
import { bytesOf, readFolder, writeFolder, type Parts } from './committed.ts'
import type { FileStore } from './fileStore.ts'
import type { RecordStore } from './recordStore.ts'
import { storing } from './storageFault.ts'

export interface Adapters {
  save(runId: string, parts: Parts): Promise<void>
  load(runId: string): Promise<ReadonlyMap<string, Uint8Array> | undefined>
}

export function adapters(files: FileStore, records: RecordStore): Adapters {
  return {
    save: (runId, parts) =>
      storing({ what: 'The adapter', bytes: bytesOf(parts) }, async () => {
        const before = await records.get('adapters', runId)
        const stored = await writeFolder(files, `adapters/${runId}/${crypto.randomUUID()}`, parts)
        await records.write([
          { table: 'adapters', key: runId, put: stored },
          { table: 'runs', key: runId, patch: { hasAdapter: true } },
        ])
        if (before) await files.remove(before.folder).catch(() => undefined)
      }),
    load: (runId) =>
      storing({ what: 'The adapter' }, async () => {
        const stored = await records.get('adapters', runId)
        return stored && readFolder(files, stored)
      }),
  }
}
