// Folders of files that are either wholly there or not at all: each file is written, flushed, closed, read back and
// compared by hash before anybody learns of it; a reader checks the hashes again. Moving the pointer is the caller's.
import { hex } from '../lib/bytes.ts'
import { Fault } from '../protocol/failure.ts'
import type { FileStore } from './fileStore.ts'
import type { StoredFile, StoredFolder } from './recordStore.ts'

export type Parts = ReadonlyMap<string, Uint8Array>

export const bytesOf = (parts: Parts): number => [...parts.values()].reduce((sum, part) => sum + part.length, 0)

/** WebCrypto's, because hashing must not stop the training loop: it is native and runs beside it. */
async function hash(bytes: Uint8Array): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)))
}

async function readBack(files: FileStore, path: string): Promise<Uint8Array | undefined> {
  const source = await files.source(path)
  return source?.read(0, source.size)
}

/** Writes a new folder and proves it by reading; on failure what was written is removed again. */
export async function writeFolder(files: FileStore, folder: string, parts: Parts): Promise<StoredFolder> {
  try {
    const stored: StoredFile[] = []
    for (const [name, bytes] of parts) {
      const path = `${folder}/${name}`
      const sha256 = await hash(bytes)
      const writer = await files.writer(path, 'new')
      try {
        await writer.write(bytes)
      } finally {
        await writer.close()
      }
      const back = await readBack(files, path)
      if (!back || back.length !== bytes.length || (await hash(back)) !== sha256)
        throw new Fault(
          'storage',
          `${name} reads back differently than it was written.`,
          'Check this computer’s disk, then continue.',
        )
      stored.push({ name, bytes: bytes.length, sha256 })
    }
    return { folder, at: Date.now(), files: stored }
  } catch (error) {
    // What this leaves behind, the next sweep removes.
    await files.remove(folder).catch(() => undefined)
    throw error
  }
}

/** The parts of a folder; a Fault names the first one that is not what was written. */
export async function readFolder(files: FileStore, stored: StoredFolder): Promise<Map<string, Uint8Array>> {
  const parts = new Map<string, Uint8Array>()
  for (const { name, bytes, sha256 } of stored.files) {
    const back = await readBack(files, `${stored.folder}/${name}`)
    const damage = (found: string): Fault =>
      new Fault('storage', `${name} ${found}.`, 'The browser may have cleared this site’s data, or the disk is failing.')
    if (!back) throw damage('is missing')
    if (back.length !== bytes) throw damage(`has ${back.length} bytes instead of ${bytes}`)
    if ((await hash(back)) !== sha256) throw damage('is damaged')
    parts.set(name, back)
  }
  return parts
}
