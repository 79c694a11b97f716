// A file store in the browser's private file system, written through sync access handles: they write in place and can
// flush, which the stream interface cannot. They exist in workers only, so this is for a worker.
import { blobSource } from '../files/byteSource.ts'
import { segments, type FileStore } from './fileStore.ts'

/** Not in TypeScript's DOM library, because only workers have it. */
interface SyncAccessHandle {
  getSize(): number
  truncate(size: number): void
  write(bytes: Uint8Array, options: { at: number }): number
  flush(): void
  close(): void
}
type WorkerFileHandle = FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncAccessHandle> }

const isAbsent = (error: unknown): boolean =>
  error instanceof DOMException && (error.name === 'NotFoundError' || error.name === 'TypeMismatchError')

export function opfsFiles(rootName = 'tunesmith'): FileStore {
  const root = async () => (await navigator.storage.getDirectory()).getDirectoryHandle(rootName, { create: true })
  const folderOf = async (parts: readonly string[], create: boolean): Promise<FileSystemDirectoryHandle> => {
    let folder = await root()
    for (const part of parts) folder = await folder.getDirectoryHandle(part, { create })
    return folder
  }
  const split = (path: string): [folders: string[], name: string] => {
    const parts = segments(path)
    return [parts.slice(0, -1), parts.at(-1) ?? '']
  }
  return {
    async writer(path, mode) {
      const [folders, name] = split(path)
      const file = (await (await folderOf(folders, true)).getFileHandle(name, { create: true })) as WorkerFileHandle
      const handle = await file.createSyncAccessHandle()
      let bytes = 0
      try {
        if (mode === 'new') handle.truncate(0)
        bytes = handle.getSize()
      } catch (error) {
        handle.close()
        throw error
      }
      return {
        get bytes() {
          return bytes
        },
        async write(chunk) {
          // A full disk may show as a short write instead of an error.
          const written = handle.write(chunk, { at: bytes })
          bytes += written
          if (written < chunk.length)
            throw new DOMException(`${written} of ${chunk.length} bytes were written`, 'QuotaExceededError')
        },
        async close() {
          try {
            handle.flush()
          } finally {
            handle.close()
          }
        },
      }
    },
    async source(path) {
      const [folders, name] = split(path)
      try {
        const file = await (await folderOf(folders, false)).getFileHandle(name)
        return blobSource(await file.getFile(), path)
      } catch (error) {
        if (isAbsent(error)) return undefined
        throw error
      }
    },
    async remove(path) {
      const [folders, name] = split(path)
      try {
        await (await folderOf(folders, false)).removeEntry(name, { recursive: true })
      } catch (error) {
        if (!isAbsent(error)) throw error
      }
    },
    async list(folder) {
      const names: string[] = []
      try {
        for await (const name of (await folderOf(segments(folder), false)).keys()) names.push(name)
      } catch (error) {
        if (!isAbsent(error)) throw error
      }
      return names
    },
  }
}
