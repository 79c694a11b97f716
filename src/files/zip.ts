// Zip archives in and out, as streams. Out: equal files give equal bytes (names sorted, one fixed date, stored). In: an archive
// comes from outside, so its count, size, ratio, places and names are checked before anything is inflated, and each file's sum after it.
import { Inflate } from 'fflate'
import { makeZip } from 'client-zip'
import { compareUtf8 } from '../lib/bytes.ts'
import { crc32 } from '../lib/crc32.ts'
import { zipDirectory, type ZipRecord } from '../lib/zipDirectory.ts'
import { blobSource, bytesSource, type ByteSource } from './byteSource.ts'
import { Fault } from '../protocol/failure.ts'

/** The first moment a zip can name in every time zone. */
const DATE = new Date(1980, 0, 1, 12)
const MAX_ENTRIES = 4096
const MAX_BYTES = 2 * 1024 ** 3
/** Deflate itself cannot beat 1032; text reaches 200 only when it is padding. */
const MAX_RATIO = 200
const LOCAL_SIGNATURE = 0x04034b50
const LOCAL_BYTES = 30
const DEFLATED = 8
const BITE_BYTES = 1 << 14

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

export interface ZipEntry extends StreamedFile {
  readonly name: string
}

/** The files of an archive, each read when it is asked for, and found to be what was packed. `mostBytes`: of all of them, unpacked. */
export async function openZip(source: ByteSource, mostBytes = MAX_BYTES): Promise<ZipEntry[]> {
  const directory = await zipDirectory(source.size, (start, end) => source.read(start, end))
  if (!directory) throw unreadable()
  const { count, start, records } = directory
  if (count > MAX_ENTRIES) throw refused(`it has more than ${MAX_ENTRIES} files.`)
  if (records.reduce((n, { bytes }) => n + bytes, 0) > mostBytes) throw refused(`its files need more than ${mostBytes / 1024 ** 3} GiB.`)
  const names = new Set<string>()
  for (const record of records) {
    check(record)
    if (names.has(record.name)) throw refused(`it has two files ${JSON.stringify(record.name)}.`)
    names.add(record.name)
  }
  // Files that lie in each other make a small archive of as much as one likes.
  const lying = records.toSorted((a, b) => a.offset - b.offset)
  if (lying.some(({ offset, packedBytes }, i) => offset + LOCAL_BYTES + packedBytes > (lying[i + 1]?.offset ?? start))) throw refused('its files lie in one another.')
  return records.filter(({ name }) => !name.endsWith('/')).map((record) => ({ name: record.name, size: record.bytes, stream: () => unpacked(source, record) }))
}

export async function unzip(input: Uint8Array | Blob): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const source = input instanceof Blob ? blobSource(input, 'The archive') : bytesSource(input, 'The archive')
  const files = new Map<string, Uint8Array<ArrayBuffer>>()
  for (const entry of await openZip(source)) files.set(entry.name, await wholeOf(entry))
  return files
}

/** All of it in memory. */
export async function wholeOf({ size, stream }: StreamedFile): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size)
  let at = 0
  for await (const chunk of stream()) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

async function* unpacked(source: ByteSource, { name, method, crc, bytes, packedBytes, offset }: ZipRecord): AsyncGenerator<Uint8Array> {
  const header = await source.read(offset, offset + LOCAL_BYTES)
  const view = new DataView(header.buffer, header.byteOffset, header.length)
  if (view.getUint32(0, true) !== LOCAL_SIGNATURE) throw unreadable()
  const from = offset + LOCAL_BYTES + view.getUint16(26, true) + view.getUint16(28, true)
  if (from + packedBytes > source.size) throw unreadable()
  const damaged = (detail?: string): Fault =>
    new Fault('bad-file', `The zip archive is damaged: ${JSON.stringify(name)} is not what was packed.`, 'Fetch the archive again, or make it again.', detail)
  let [done, sum] = [0, 0]
  const packed = source.stream(from, from + packedBytes)
  for await (const chunk of method === 0 ? packed : inflated(packed, packedBytes, damaged)) {
    done += chunk.length
    if (done > bytes) throw damaged()
    sum = crc32(chunk, sum)
    yield chunk
  }
  if (done !== bytes || sum !== crc) throw damaged()
}

async function* inflated(packed: AsyncIterable<Uint8Array>, packedBytes: number, damaged: (detail: string) => Fault): AsyncGenerator<Uint8Array> {
  let out: Uint8Array[] = []
  // Not the asynchronous form: it starts workers from blob URLs, which the page's policy forbids.
  const inflate = new Inflate((chunk) => void out.push(chunk))
  let read = 0
  for await (const piece of packed) {
    // Small bites: what one of them expands to is looked at before the next.
    for (let at = 0; at < piece.length; at += BITE_BYTES) {
      const bite = piece.subarray(at, at + BITE_BYTES)
      read += bite.length
      try {
        inflate.push(bite, read === packedBytes)
      } catch (error) {
        throw damaged(String(error))
      }
      yield* out
      out = []
    }
  }
}

const unreadable = (): Fault => new Fault('bad-file', 'This is not a readable zip archive.', 'Make the archive again, or drop the folder itself.')
const refused = (what: string): Fault => new Fault('bad-file', `The zip archive was refused: ${what}`, 'Drop the folder itself instead.')

function check({ name, method, isEncrypted, bytes, packedBytes }: ZipRecord): void {
  if (/^[/\\]|^[a-z]:|\0|\\/i.test(name) || name.split('/').includes('..')) throw refused(`the name ${JSON.stringify(name)} leaves the archive's folder.`)
  if (isEncrypted) throw refused(`${JSON.stringify(name)} is locked by a password.`)
  if (method !== 0 && method !== DEFLATED) throw refused(`${JSON.stringify(name)} is packed in a way (${method}) that is not read here.`)
  if (method === 0 && bytes !== packedBytes) throw unreadable()
  if (bytes > 4096 && bytes > MAX_RATIO * packedBytes) throw refused(`${JSON.stringify(name)} inflates more than ${MAX_RATIO} times.`)
}
