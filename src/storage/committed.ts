// Folders of files that are either wholly there or not at all: each file is written, flushed, closed, read back and
// compared by hash before anybody learns of it; a reader checks the hashes again. Moving the pointer is the caller's.
import { hashSource, type ByteSource } from '../files/byteSource.ts'
import type { StreamedFile } from '../files/zip.ts'
import { hex } from '../lib/bytes.ts'
import { Sha256 } from '../lib/sha256.ts'
import { Fault } from '../protocol/failure.ts'
import type { FileStore } from './fileStore.ts'
import type { StoredFile, StoredFolder } from './recordStore.ts'

/** A file that need not fit in memory. */
export interface StreamedPart extends StreamedFile {
  /** What it must come to, where that is known. */
  readonly sha256?: string
  /** Told how much of it has been read back. */
  readonly onReadBack?: (bytes: number) => void
}
export type Part = Uint8Array | StreamedPart
export type Parts = ReadonlyMap<string, Part>

/** A stored file, with the hash that it had when it was written. */
export type StoredSource = ByteSource & { readonly sha256: string }

export const bytesOf = (parts: Parts): number => [...parts.values()].reduce((sum, part) => sum + sizeOf(part), 0)
const sizeOf = (part: Part): number => (part instanceof Uint8Array ? part.length : part.size)

/** WebCrypto's, because hashing must not stop the training loop: it is native and runs beside it. */
async function hash(bytes: Uint8Array): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)))
}

/** Writes a file; answers its hash. */
async function writePart(files: FileStore, path: string, part: Part): Promise<string> {
  const writer = await files.writer(path, 'new')
  try {
    if (part instanceof Uint8Array) {
      await writer.write(part)
      return await hash(part)
    }
    const sum = new Sha256()
    for await (const chunk of part.stream()) {
      sum.update(chunk)
      await writer.write(chunk)
    }
    return hex(sum.digest())
  } finally {
    await writer.close()
  }
}

/** Whether the file lies there as it was written. */
async function proves(files: FileStore, path: string, part: Part, sha256: string): Promise<boolean> {
  if (part instanceof Uint8Array) {
    const back = await readBack(files, path)
    return back !== undefined && back.length === part.length && (await hash(back)) === sha256
  }
  const back = await files.source(path)
  return back !== undefined && back.size === part.size && (await hashSource(back, part.onReadBack)) === sha256
}

async function readBack(files: FileStore, path: string): Promise<Uint8Array | undefined> {
  const source = await files.source(path)
  return source?.read(0, source.size)
}

/** Writes a new folder and proves it by reading; on failure what was written is removed again. */
export async function writeFolder(files: FileStore, folder: string, parts: Parts): Promise<StoredFolder> {
  try {
    const stored: StoredFile[] = []
    for (const [name, part] of parts) {
      const path = `${folder}/${name}`
      const sha256 = await writePart(files, path, part)
      if (!(part instanceof Uint8Array) && part.sha256 !== undefined && part.sha256 !== sha256)
        throw new Fault('bad-file', `${name} is not what was saved.`, 'Fetch or export the file that it came in again.')
      if (!(await proves(files, path, part, sha256)))
        throw new Fault(
          'storage',
          `${name} reads back differently than it was written.`,
          'Check this computer’s disk, then continue.',
        )
      stored.push({ name, bytes: sizeOf(part), sha256 })
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

/** The files of a folder as they lie, not checked: for reading a header, or for streaming. */
export async function openFolder(files: FileStore, stored: StoredFolder): Promise<Map<string, StoredSource>> {
  const found = await Promise.all(stored.files.map(async ({ name, sha256 }) => [name, sha256, await files.source(`${stored.folder}/${name}`)] as const))
  return new Map(found.flatMap(([name, sha256, source]) => (source ? [[name, { ...source, name, sha256 }] as const] : [])))
}

/** A file's bytes; at the end a Fault, where they are not those that were written. */
export async function* provenStream(source: StoredSource): AsyncGenerator<Uint8Array> {
  const sum = new Sha256()
  for await (const chunk of source.stream()) {
    sum.update(chunk)
    yield chunk
  }
  if (hex(sum.digest()) !== source.sha256) throw new Fault('storage', `${source.name} is damaged.`, 'The browser may have cleared this site’s data, or the disk is failing.')
}
