// Zip archives in and out. Out: equal files give equal bytes (names sorted, one fixed date, stored). In: an archive
// comes from outside, so its count, size, ratio and names are checked before anything is inflated.
import { unzipSync } from 'fflate'
import { makeZip } from 'client-zip'
import { compareUtf8 } from '../lib/bytes.ts'
import type { ByteSource } from './byteSource.ts'
import { Fault } from '../protocol/failure.ts'

/** The first moment a zip can name in every time zone. */
const DATE = new Date(1980, 0, 1, 12)
const MAX_ENTRIES = 4096
const MAX_BYTES = 2 * 1024 ** 3
/** Deflate itself cannot beat 1032; text reaches 200 only when it is padding. */
const MAX_RATIO = 200

/** A file whose bytes are produced while the archive is written. */
export interface StreamedFile {
  readonly size: number
  stream(): AsyncIterable<Uint8Array>
}

export const streamedBytes = (bytes: Uint8Array): StreamedFile => ({
  size: bytes.length,
  async *stream() {
    yield bytes
  },
})
export const streamedSource = (source: ByteSource): StreamedFile => ({ size: source.size, stream: () => source.stream() })

/** Files need not fit in memory: the browser keeps a large blob on its disk. */
export async function zipStream(files: ReadonlyMap<string, StreamedFile>): Promise<Blob> {
  const entries = [...files]
    .sort(([a], [b]) => compareUtf8(a, b))
    .map(([name, { size, stream }]) => ({ name, input: stream() as AsyncIterable<Uint8Array<ArrayBuffer>>, lastModified: DATE, size }))
  return new Response(makeZip(entries), { headers: { 'content-type': 'application/zip' } }).blob()
}

/** One file, in the same way. */
export async function blobStream({ stream }: StreamedFile): Promise<Blob> {
  const pieces = stream()[Symbol.asyncIterator]()
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await pieces.next()
      if (done) controller.close()
      else controller.enqueue(value as Uint8Array<ArrayBuffer>)
    },
  })
  return new Response(body, { headers: { 'content-type': 'application/octet-stream' } }).blob()
}

export async function unzip(input: Uint8Array | Blob): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const bytes = input instanceof Blob ? new Uint8Array(await input.arrayBuffer()) : input
  let entries = 0
  let total = 0
  let refused: Fault | undefined
  const filter = (file: { name: string; size: number; originalSize: number }): boolean => {
    total += file.originalSize
    refused ??= refuse(file, ++entries, total)
    return refused === undefined && !file.name.endsWith('/')
  }
  let found: Record<string, Uint8Array>
  try {
    // Not the asynchronous form: it starts workers from blob URLs, which the page's policy forbids.
    found = unzipSync(bytes, { filter })
  } catch (error) {
    throw new Fault(
      'bad-file',
      'This is not a readable zip archive.',
      'Make the archive again, or drop the folder itself.',
      String(error),
    )
  }
  if (refused) throw refused
  return new Map(Object.entries(found) as [string, Uint8Array<ArrayBuffer>][])
}

function refuse(file: { name: string; size: number; originalSize: number }, entries: number, total: number): Fault | undefined {
  const no = (what: string): Fault =>
    new Fault('bad-file', `The zip archive was refused: ${what}`, 'Drop the folder itself instead.')
  if (entries > MAX_ENTRIES) return no(`it has more than ${MAX_ENTRIES} files.`)
  if (total > MAX_BYTES) return no(`its files need more than ${MAX_BYTES / 1024 ** 3} GiB.`)
  if (file.originalSize > 4096 && file.originalSize > MAX_RATIO * file.size)
    return no(`${JSON.stringify(file.name)} inflates more than ${MAX_RATIO} times.`)
  if (/^[/\\]|^[a-z]:|\0|\\/i.test(file.name) || file.name.split('/').includes('..'))
    return no(`the name ${JSON.stringify(file.name)} leaves the archive's folder.`)
  return undefined
}
