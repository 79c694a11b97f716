// Model files, kept on the disk of the person. A download goes straight to its file in chunks, resumes where it broke
// off, and counts only when size and hash are right. Knows neither where chunks come from nor what they mean.
import { hex, utf8 } from '../lib/bytes.ts'
import { gitBlobId } from '../lib/gitBlob.ts'
import { Sha256, sha256 as hashText } from '../lib/sha256.ts'
import { hashSource, type ByteSource } from '../files/byteSource.ts'
import { Fault } from '../protocol/failure.ts'
import { Damage } from './damage.ts'
import type { FileStore, FileWriter } from './fileStore.ts'
import type { Quota } from './quota.ts'
import type { RecordStore, StoredModel } from './recordStore.ts'
import { storing } from './storageFault.ts'

export interface ModelFile {
  readonly id: string
  /** What messages call it; unsaid: its id. */
  readonly name?: string
  /** Tells one upload from the next: a hash, an ETag or a commit. A partial file of another version is thrown away. */
  readonly version: string
  readonly bytes: number
  readonly sha256?: string
  /** SHA-1 of the git blob: how the Hub names a small file, which is hashed whole in memory. */
  readonly gitOid?: string
}

/** What has arrived is on the disk at least this often, so that a crash costs no more. */
const FLUSH_BYTES = 16 * 2 ** 20

/** Opens the file's bytes from `from` on; `start` is where the answer really starts: 0 where ranges are not supported. */
export type OpenFrom = (from: number) => Promise<{ readonly start: number; readonly chunks: AsyncIterable<Uint8Array> }>

export interface ModelCache {
  /** The finished file, or undefined. */
  open(id: string): Promise<ByteSource | undefined>
  /** The finished file; fetched, or fetched on, where it is not there yet. A failure keeps what has arrived, except damage:
   * then the file is dropped and fetched anew, once. */
  fetch(file: ModelFile, from: OpenFrom, onProgress?: (done: number, total: number) => void): Promise<ByteSource>
  /** Finished and partial files. */
  list(): Promise<{ readonly id: string; readonly bytes: number; readonly complete: boolean }[]>
  /** Bytes of it that are on the disk, finished or not. */
  arrived(id: string): Promise<number>
  /** Reads a finished file again and compares; one that has changed is dropped, and has to be fetched anew. */
  verify(id: string, onProgress?: (done: number) => void): Promise<boolean>
  delete(id: string): Promise<void>
}

/** Where a file lies in the store. An id may be an address; the file's name is its hash. */
export const modelPath = (id: string): string => `models/${hashText(utf8(id)).slice(0, 32)}`

export function modelCache(files: FileStore, records: RecordStore, quota: Quota): ModelCache {
  const finished = async (id: string, stored: StoredModel | undefined): Promise<ByteSource | undefined> => {
    if (!stored?.complete) return undefined
    const source = await files.source(stored.path)
    // The browser may clear files and keep records.
    return source?.size === stored.bytes ? { ...source, name: id } : undefined
  }

  const wrong = (file: ModelFile, found: string, expected: string): Damage => new Damage(file.name ?? file.id, expected, found)

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
    if (done < file.bytes || !partial) {
      await quota.require(file.bytes - done, file.name ?? file.id)
      const { start, chunks } = await from(resumed)
      if (start !== resumed) {
        if (start !== 0) throw wrong(file, `bytes from ${start}`, `bytes from ${resumed}`)
        hash = new Sha256()
        done = 0
      }
      let writer: FileWriter | undefined
      const close = async (): Promise<void> => {
        const open = writer
        writer = undefined
        await open?.close()
      }
      let flushed = done
      try {
        writer = await files.writer(path, done > 0 ? 'append' : 'new')
        for await (const chunk of chunks) {
          if (done + chunk.length > file.bytes) throw wrong(file, 'more', `${file.bytes} bytes`)
          writer ??= await files.writer(path, 'append')
          await writer.write(chunk)
          hash.update(chunk)
          done += chunk.length
          onProgress?.(done, file.bytes)
          if (done - flushed >= FLUSH_BYTES) {
            await close()
            flushed = done
          }
        }
      } finally {
        await close()
      }
    }
    if (done < file.bytes)
      throw new Fault(
        'network',
        `${file.name ?? file.id} broke off after ${done} of ${file.bytes} bytes.`,
        'Fetch it again; it goes on from there.',
      )
    return hex(hash.digest())
  }

  const proven = async (file: ModelFile, path: string, sha256: string): Promise<ByteSource> => {
    const source = await files.source(path)
    if (source?.size !== file.bytes) throw wrong(file, `${source?.size ?? 0} bytes`, `${file.bytes} bytes`)
    if (file.sha256 !== undefined && file.sha256 !== sha256) throw wrong(file, `SHA-256 ${sha256}`, file.sha256)
    const oid = file.gitOid === undefined ? undefined : await gitBlobId(await source.read(0, source.size))
    if (file.gitOid !== oid) throw wrong(file, `the git blob ${oid}`, `${file.gitOid}`)
    return source
  }

  const arriveWhole = async (file: ModelFile, path: string, from: OpenFrom, onProgress?: (done: number, total: number) => void): Promise<{ source: ByteSource; sha256: string }> => {
    for (let again = false; ; again = true) {
      try {
        const sha256 = await arrive(file, path, from, onProgress)
        return { source: await proven(file, path, sha256), sha256 }
      } catch (error) {
        if (!(error instanceof Damage)) throw error
        await files.remove(path)
        if (again) throw error
      }
    }
  }

  return {
    open: (id) => storing({ what: id }, async () => finished(id, await records.get('models', id))),

    fetch: (file, from, onProgress) =>
      storing({ what: file.name ?? file.id, bytes: file.bytes }, async () => {
        const stored = await records.get('models', file.id)
        const same = stored?.version === file.version && stored.bytes === file.bytes
        const ready = same ? await finished(file.id, stored) : undefined
        if (ready) return ready
        const path = modelPath(file.id)
        const pending: StoredModel = { id: file.id, path, version: file.version, bytes: file.bytes }
        if (!same || stored.complete) {
          await files.remove(path)
          await records.write([{ table: 'models', key: file.id, put: pending }])
        }
        const { source, sha256 } = await arriveWhole(file, path, from, onProgress)
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
    arrived: (id) => storing({ what: id }, async () => (await files.source(modelPath(id)))?.size ?? 0),

    verify: (id, onProgress) =>
      storing({ what: id }, async () => {
        const stored = await records.get('models', id)
        const source = await finished(id, stored)
        if (!stored?.complete) return false
        if (source && (await hashSource(source, onProgress)) === stored.complete.sha256) return true
        const { complete: _, ...pending } = stored
        await records.write([{ table: 'models', key: id, put: pending }])
        await files.remove(stored.path)
        return false
      }),

    delete: (id) =>
      storing({ what: id }, async () => {
        await records.write([{ table: 'models', key: id, remove: true }])
        await files.remove(modelPath(id))
      }),
  }
}
