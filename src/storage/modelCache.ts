// Model files, kept on the disk of the person. A download goes straight to its file in chunks, resumes where it broke
// off, and counts only when size and hash are right. Knows neither where chunks come from nor what they mean.
import { hex, utf8 } from '../lib/bytes.ts'
import { Sha256, sha256 as hashText } from '../lib/sha256.ts'
import type { ByteSource } from '../files/byteSource.ts'
import { Fault } from '../protocol/failure.ts'
import type { FileStore } from './fileStore.ts'
import type { Quota } from './quota.ts'
import type { RecordStore, StoredModel } from './recordStore.ts'
import { storing } from './storageFault.ts'

export interface ModelFile {
  readonly id: string
  /** Tells one upload from the next: a hash, an ETag or a commit. A partial file of another version is thrown away. */
  readonly version: string
  readonly bytes: number
  readonly sha256?: string
}

/** Opens the file's bytes from `from` on; `start` is where the answer really starts: 0 where ranges are not supported. */
export type OpenFrom = (from: number) => Promise<{ readonly start: number; readonly chunks: AsyncIterable<Uint8Array> }>

export interface ModelCache {
  /** The finished file, or undefined. */
  open(id: string): Promise<ByteSource | undefined>
  /** The finished file; fetched, or fetched on, where it is not there yet. A failure keeps what has arrived. */
  fetch(file: ModelFile, from: OpenFrom, onProgress?: (done: number, total: number) => void): Promise<ByteSource>
  /** Finished and partial files. */
  list(): Promise<{ readonly id: string; readonly bytes: number; readonly complete: boolean }[]>
  delete(id: string): Promise<void>
}

export function modelCache(files: FileStore, records: RecordStore, quota: Quota): ModelCache {
  /** An id may be an address; the file's name is its hash. */
  const pathOf = (id: string): string => `models/${hashText(utf8(id)).slice(0, 32)}`

  const finished = async (id: string, stored: StoredModel | undefined): Promise<ByteSource | undefined> => {
    if (!stored?.complete) return undefined
    const source = await files.source(stored.path)
    // The browser may clear files and keep records.
    return source?.size === stored.bytes ? { ...source, name: id } : undefined
  }

  const wrong = (file: ModelFile, found: string, expected: string): Fault =>
    new Fault(
      'network',
      `${file.id} arrived damaged: expected ${expected}, found ${found}.`,
      'Fetch it again; what arrived was thrown away.',
    )

  const arrive = async (
    file: ModelFile,
    path: string,
    from: OpenFrom,
    onProgress?: (done: number, total: number) => void,
  ): Promise<string> => {
    const partial = await files.source(path)
    let hash = new Sha256()
    const resumed = partial && partial.size <= file.bytes ? partial.size : 0
    if (partial && resumed > 0) for await (const chunk of partial.stream()) hash.update(chunk)
    let done = resumed
    onProgress?.(done, file.bytes)
    if (done < file.bytes) {
      await quota.require(file.bytes - done, file.id)
      const { start, chunks } = await from(resumed)
      if (start !== resumed) {
        if (start !== 0) throw wrong(file, `bytes from ${start}`, `bytes from ${resumed}`)
        hash = new Sha256()
        done = 0
      }
      const writer = await files.writer(path, done > 0 ? 'append' : 'new')
      try {
        for await (const chunk of chunks) {
          if (done + chunk.length > file.bytes) throw wrong(file, 'more', `${file.bytes} bytes`)
          await writer.write(chunk)
          hash.update(chunk)
          done += chunk.length
          onProgress?.(done, file.bytes)
        }
      } finally {
        await writer.close()
      }
    }
    if (done < file.bytes)
      throw new Fault(
        'network',
        `${file.id} broke off after ${done} of ${file.bytes} bytes.`,
        'Fetch it again; it goes on from there.',
      )
    return hex(hash.digest())
  }

  return {
    open: (id) => storing({ what: id }, async () => finished(id, await records.get('models', id))),

    fetch: (file, from, onProgress) =>
      storing({ what: file.id, bytes: file.bytes }, async () => {
        const stored = await records.get('models', file.id)
        const same = stored?.version === file.version && stored.bytes === file.bytes
        const ready = same ? await finished(file.id, stored) : undefined
        if (ready) return ready
        const path = pathOf(file.id)
        const pending: StoredModel = { id: file.id, path, version: file.version, bytes: file.bytes }
        if (!same || stored.complete) {
          await files.remove(path)
          await records.write([{ table: 'models', key: file.id, put: pending }])
        }
        const sha256 = await arrive(file, path, from, onProgress)
        const source = await files.source(path)
        if (source?.size !== file.bytes || (file.sha256 !== undefined && file.sha256 !== sha256)) {
          await files.remove(path)
          throw source?.size === file.bytes
            ? wrong(file, `SHA-256 ${sha256}`, file.sha256 ?? '')
            : wrong(file, `${source?.size ?? 0} bytes`, `${file.bytes} bytes`)
        }
        await records.write([{ table: 'models', key: file.id, put: { ...pending, complete: { at: Date.now(), sha256 } } }])
        return { ...source, name: file.id }
      }),

    list: () =>
      storing({ what: 'The list of models' }, async () =>
        (await records.all('models')).map(({ value }) => ({
          id: value.id,
          bytes: value.bytes,
          complete: value.complete !== undefined,
        })),
      ),
    delete: (id) =>
      storing({ what: id }, async () => {
        await records.write([{ table: 'models', key: id, remove: true }])
        await files.remove(pathOf(id))
      }),
  }
}
