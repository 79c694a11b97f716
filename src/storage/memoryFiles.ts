// A file store in memory, for tests and for pages that may keep nothing.
import { bytesSource } from '../files/byteSource.ts'
import { concat } from '../lib/bytes.ts'
import { segments, type FileStore } from './fileStore.ts'

export function memoryFiles(files = new Map<string, Uint8Array>()): FileStore {
  return {
    async writer(path, mode) {
      segments(path)
      if (mode === 'new' || !files.has(path)) files.set(path, new Uint8Array())
      return {
        get bytes() {
          return files.get(path)?.length ?? 0
        },
        async write(chunk) {
          files.set(path, concat([files.get(path) ?? new Uint8Array(), chunk]))
        },
        async close() {},
      }
    },
    async source(path) {
      const bytes = files.get(path)
      return bytes && bytesSource(bytes, path)
    },
    async remove(path) {
      for (const name of files.keys()) if (name === path || name.startsWith(`${path}/`)) files.delete(name)
    },
    async list(folder) {
      const inside = [...files.keys()].filter((path) => path.startsWith(`${folder}/`))
      return [...new Set(inside.map((path) => path.slice(folder.length + 1).split('/')[0] ?? ''))]
    },
  }
}
