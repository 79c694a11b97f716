// A file store in a folder, for the command line.
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileSource } from '../files/nodeSource.ts'
import { segments, type FileStore } from './fileStore.ts'

const absent = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')

export function nodeFiles(root: string): FileStore {
  const at = (path: string): string => join(root, ...segments(path))
  return {
    async writer(path, mode) {
      await mkdir(dirname(at(path)), { recursive: true })
      const file = await open(at(path), mode === 'new' ? 'w' : 'a')
      let bytes = (await file.stat()).size
      return {
        get bytes() {
          return bytes
        },
        async write(chunk) {
          await file.writeFile(chunk)
          bytes += chunk.length
        },
        async close() {
          try {
            await file.sync()
          } finally {
            await file.close()
          }
        },
      }
    },
    async source(path) {
      try {
        return (await stat(at(path))).isFile() ? await fileSource(at(path), path) : undefined
      } catch (error) {
        if (absent(error)) return undefined
        throw error
      }
    },
    remove: (path) => rm(at(path), { recursive: true, force: true }),
    async list(folder) {
      try {
        return await readdir(at(folder))
      } catch (error) {
        if (absent(error)) return []
        throw error
      }
    },
  }
}
