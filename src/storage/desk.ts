// Chosen data files, copied so that they are there on the next visit. Every choice has a folder of its own under `inputs`, since a tab
// reads from its files for as long as it lives; what no tab uses any more goes when the next one is kept.
import { totalSize, type ByteSource } from '../files/byteSource.ts'
import { fromUtf8, utf8 } from '../lib/bytes.ts'
import { isRecord } from '../protocol/record.ts'
import type { StreamedPart } from './committed.ts'
import type { FileStore } from './fileStore.ts'
import type { Folders } from './folders.ts'
import type { Locks } from './locks.ts'
import type { Quota } from './quota.ts'
import type { RecordStore } from './recordStore.ts'
import { storing } from './storageFault.ts'

export interface DeskFile {
  readonly task?: string
  readonly part: 'train' | 'test' | 'validation'
  /** As it was chosen. */
  readonly path: string
  readonly source: ByteSource
}

export interface Desk {
  /** Answers the name that they are found under. */
  keep(files: readonly DeskFile[]): Promise<string>
  /** None where they are no longer there. */
  open(name: string): Promise<readonly DeskFile[]>
}

/** What the names of such folders begin with; no run is called so. */
export const DESK = 'desk-'
const LIST = 'names.json'
const PARTS = ['train', 'test', 'validation'] as const

export function desk(files: FileStore, records: RecordStore, locks: Locks, quota: Quota, inputs: Folders): Desk {
  const forget = async (name: string): Promise<void> => {
    await records.write([{ table: 'inputs', key: name, remove: true }])
    await files.remove(`inputs/${name}`)
  }
  return {
    keep: (chosen) =>
      storing({ what: 'The chosen data' }, async () => {
        for (const { key } of await records.all('inputs', DESK)) if (!(await locks.isOccupied(key))) await forget(key)
        await quota.require(totalSize(chosen.map(({ source }) => source)), 'The chosen data')
        const name = `${DESK}${crypto.randomUUID()}`
        locks.occupy(name)
        const list = chosen.map(({ task, part, path }) => ({ part, path, ...(task !== undefined && { task }) }))
        const parts = new Map<string, Uint8Array | StreamedPart>([[LIST, utf8(JSON.stringify(list))], ...chosen.map(({ source }, i) => [`file-${i}`, { size: source.size, stream: () => source.stream() }] as const)])
        // Owned while it is being written, so that another tab's sweep does not take its files for litter.
        await locks.withRunLock(name, () => inputs.save(name, parts))
        return name
      }),
    open: (name) =>
      storing({ what: 'The chosen data' }, async () => {
        if (!name.startsWith(DESK)) return []
        locks.occupy(name)
        const kept = await inputs.open(name)
        const list = kept?.get(LIST)
        if (!kept || !list) return []
        const entries = JSON.parse(fromUtf8(await list.read(0, list.size))) as unknown
        if (!Array.isArray(entries)) return []
        return entries.flatMap((entry: unknown, i): DeskFile[] => {
          const source = kept.get(`file-${i}`)
          if (!source || !isRecord(entry)) return []
          const { task, path } = entry
          const part = PARTS.find((p) => p === entry['part'])
          return part && typeof path === 'string' ? [{ part, path, source, ...(typeof task === 'string' && { task }) }] : []
        })
      }),
  }
}
