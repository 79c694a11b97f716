// Files into a new folder below one that the person chose, piece by piece. A file that breaks off is thrown away, and what is there
// already stays as it is: a name that is taken gets a number.
import { totalSize } from '../files/byteSource.ts'
import type { StreamedFile } from '../files/zip.ts'
import { Fault } from '../protocol/failure.ts'
import type { SendProgress } from '../protocol/takeAway.ts'

const MOST_NAMES = 1000
/** Bytes between two reports. */
const REPORT = 1_000_000

const refused = (error: unknown): Fault => {
  const name = error instanceof DOMException ? error.name : ''
  if (name === 'QuotaExceededError') return new Fault('storage', 'The disk is full.', 'Free some space, or choose another folder.', String(error))
  if (name === 'NotAllowedError') return new Fault('storage', 'The browser may not write into this folder.', 'Choose it again and allow it, or another folder.', String(error))
  if (name === 'NotFoundError') return new Fault('storage', 'The chosen folder is gone.', 'Choose another one.', String(error))
  return new Fault('storage', 'The folder could not be written.', 'Choose another one, or download the zip.', String(error))
}
const orRefused = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown): never => {
    throw refused(error)
  })

/** Answers the new folder's name. */
export async function writeFolder(into: FileSystemDirectoryHandle, name: string, files: ReadonlyMap<string, StreamedFile>, signal: AbortSignal, onProgress: (progress: SendProgress) => void): Promise<string> {
  const folder = await orRefused(freshFolder(into, name))
  const total = totalSize(files.values())
  let [done, reported] = [0, 0]
  for (const [path, { stream }] of files) {
    const parts = path.split('/')
    let place = folder
    for (const part of parts.slice(0, -1)) place = await orRefused(place.getDirectoryHandle(part, { create: true }))
    const file = await orRefused(place.getFileHandle(parts.at(-1)!, { create: true }))
    const out = await orRefused(file.createWritable())
    try {
      for await (const piece of stream()) {
        if (signal.aborted) throw new Fault('cancelled', `Writing ${name} was cancelled.`, 'Delete what was written, or start again.')
        await orRefused(out.write(piece as Uint8Array<ArrayBuffer>))
        done += piece.length
        if (done - reported >= REPORT || done === total) onProgress({ doing: 'writing', file: path, done, total })
        if (done - reported >= REPORT) reported = done
      }
    } catch (error) {
      await out.abort().catch(() => undefined)
      throw error
    }
    await orRefused(out.close())
  }
  return folder.name
}

async function freshFolder(into: FileSystemDirectoryHandle, name: string): Promise<FileSystemDirectoryHandle> {
  for (let i = 1; i <= MOST_NAMES; i++) {
    const tried = i === 1 ? name : `${name}-${i}`
    // Neither a folder nor a file of that name.
    const taken = await into.getDirectoryHandle(tried).then(
      () => true,
      (error: unknown) => !(error instanceof DOMException && error.name === 'NotFoundError'),
    )
    if (!taken) return into.getDirectoryHandle(tried, { create: true })
  }
  throw new Fault('storage', `The chosen folder has ${MOST_NAMES} folders that are called ${name}.`, 'Choose another one.')
}
