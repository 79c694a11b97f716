// Files that are made while they are written, into a folder.
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { StreamedFile } from '../../files/zip.ts'

/** Answers the bytes of all. */
export async function writeStreams(folder: string, files: ReadonlyMap<string, StreamedFile>): Promise<number> {
  let bytes = 0
  for (const [path, { size, stream }] of files) {
    const place = join(folder, path)
    await mkdir(dirname(place), { recursive: true })
    await pipeline(Readable.from(stream()), createWriteStream(place))
    bytes += size
  }
  return bytes
}
