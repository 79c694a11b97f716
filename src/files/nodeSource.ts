// Byte sources over files on a disk, for the command line only: no page code imports this.
import { open, readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Fault } from '../protocol/failure.ts'
import { rangeSource, type ByteSource } from './byteSource.ts'

export async function fileSource(path: string, name = path): Promise<ByteSource> {
  const info = await stat(path).catch(() => undefined)
  if (!info?.isFile()) throw new Fault('bad-file', `There is no file ${path}.`, 'Check the path.')
  return rangeSource(name, info.size, async (start, end) => {
    const file = await open(path)
    try {
      const bytes = new Uint8Array(end - start)
      let at = 0
      while (at < bytes.length) {
        const { bytesRead } = await file.read(bytes, at, bytes.length - at, start + at)
        if (bytesRead === 0) break
        at += bytesRead
      }
      return bytes.subarray(0, at)
    } finally {
      await file.close()
    }
  })
}

/** Every file of a folder and its subfolders by `/`-separated path; links are followed once, dot folders are left out. */
export async function readFolder(path: string): Promise<Map<string, ByteSource>> {
  const files = new Map<string, ByteSource>()
  const walk = async (folder: string, prefix: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch((): never => {
      throw new Fault('bad-file', `There is no folder ${folder}.`, 'Check the path.')
    })
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.')) continue
      const full = join(folder, entry.name)
      if (entry.isDirectory()) await walk(full, `${prefix}${entry.name}/`)
      // A downloaded model is often a folder of links into a cache.
      else if ((await stat(full).catch(() => undefined))?.isFile())
        files.set(prefix + entry.name, await fileSource(full, prefix + entry.name))
    }
  }
  await walk(path, '')
  return files
}

/** A model's files: those of a folder, or one GGUF file. */
export async function readModel(path: string): Promise<Map<string, ByteSource>> {
  return /\.gguf$/i.test(path) ? new Map([[basename(path), await fileSource(path)]]) : readFolder(path)
}
