// A model that was dropped, copied into the model store, so that it is there again after a reload. It is read twice, for its hash and for the
// copy, so that what is kept is one state of it. What fails or is cancelled on the way leaves nothing.
import { hashSource, totalSize, type ByteSource } from '../files/byteSource.ts'
import type { ModelFolder } from '../files/modelFolder.ts'
import { Fault } from '../protocol/failure.ts'
import { fileId } from './library.ts'
import type { Storage } from './storage.ts'

export interface Keeping {
  readonly isCancelled: () => boolean
  /** Bytes, of both readings together. */
  readonly onProgress: (done: number, total: number) => void
}
type Source = Pick<ModelFolder, 'files' | 'hash'>

export const folderModelId = (name: string, sha256: string): string => `folder/${name}@${sha256}`

export const bytesToKeep = ({ files }: Pick<Source, 'files'>): number => totalSize(files.values())

/** Answers its id in the library, and the hash of its configuration and weights. */
export async function keepModel(storage: Storage, name: string, folder: Source, { isCancelled, onProgress }: Keeping): Promise<{ readonly id: string; readonly sha256: string }> {
  const bytes = bytesToKeep(folder)
  await storage.quota.require(bytes, name)
  let before = 0
  const went = (done: number): void => {
    if (isCancelled()) throw new Fault('cancelled', 'Keeping the model was cancelled.', 'Keep it again when you want it.')
    onProgress(before + done, 2 * bytes)
  }
  went(0)
  const hashes = new Map<ByteSource, string>()
  for (const source of folder.files.values()) {
    hashes.set(source, await hashSource(source, went))
    before += source.size
  }
  const hashOf = (source: ByteSource): string => hashes.get(source)!
  const sha256 = await folder.hash((source) => Promise.resolve(hashOf(source)))
  const id = folderModelId(name, sha256)
  let isOurs = false
  try {
    await storage.library.alone(id, async () => {
      isOurs = true
      await storage.library.note({ id, source: 'folder', name, sha256, parts: [...folder.files].map(([path, { size }]) => ({ path, bytes: size })) })
      for (const [path, source] of folder.files) {
        const file = { id: fileId(id, path), name: path, version: hashOf(source), bytes: source.size, sha256: hashOf(source) }
        await storage.models.fetch(file, (from) => Promise.resolve({ start: from, chunks: source.stream(from) }), went)
        before += source.size
        went(0)
      }
    })
  } catch (error) {
    if (isOurs) await storage.library.delete(id).catch(() => undefined)
    throw error
  }
  return { id, sha256 }
}
