// Bytes of one file, read in ranges, so that nothing needs a whole model in memory. The same interface covers a
// dropped File, a download kept as a Blob, bytes in memory and (in nodeSource.ts) a file on a disk.
import { hex } from '../lib/bytes.ts'
import { Sha256 } from '../lib/sha256.ts'
import { Fault, messageOf } from '../protocol/failure.ts'

/** A multiple of every element size, so that a chunk never cuts a tensor's element. */
export const CHUNK_BYTES = 4 * 1024 * 1024

export interface ByteSource {
  readonly name: string
  readonly size: number
  /** The same bytes, where a browser has them as a blob. */
  readonly blob?: Blob
  /** Exactly `end - start` bytes; a file that has become shorter is a Fault. */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>
  /** The range (the whole file when not given) in chunks of at most 4 MiB, each but the last a full 4 MiB. */
  stream(start?: number, end?: number): AsyncIterable<Uint8Array<ArrayBuffer>>
}

/** Bytes of all of them together. */
export function totalSize(files: Iterable<{ readonly size: number }>): number {
  let total = 0
  for (const { size } of files) total += size
  return total
}

export function blobSource(blob: Blob, name: string): ByteSource {
  return { ...rangeSource(name, blob.size, async (start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer())), blob }
}

export function bytesSource(bytes: Uint8Array, name: string): ByteSource {
  return rangeSource(name, bytes.length, (start, end) => Promise.resolve(bytes.slice(start, end)))
}

/** A source from one function that reads a range. */
export function rangeSource(
  name: string,
  size: number,
  readRange: (start: number, end: number) => Promise<Uint8Array<ArrayBuffer>>,
): ByteSource {
  const read = async (start: number, end: number): Promise<Uint8Array<ArrayBuffer>> => {
    if (start < 0 || end < start || end > size)
      throw new Fault(
        'bad-file',
        `${name} has ${size} bytes, but bytes ${start} to ${end} were asked for.`,
        'Check that the file is complete.',
      )
    const bytes = await readRange(start, end).catch((error: unknown): never => {
      throw new Fault(
        'bad-file',
        `${name} could not be read.`,
        'Check that it still exists unchanged, and open it again.',
        messageOf(error),
      )
    })
    if (bytes.length !== end - start)
      throw new Fault(
        'bad-file',
        `${name} gave ${bytes.length} bytes where ${end - start} were expected.`,
        'It changed while being read; open it again.',
      )
    return bytes
  }
  return {
    name,
    size,
    read,
    async *stream(start = 0, end = size) {
      for (let at = start; at < end; at += CHUNK_BYTES) yield await read(at, Math.min(at + CHUNK_BYTES, end))
    },
  }
}

/** Hexadecimal SHA-256 of the whole file; progress counts bytes read. */
export async function hashSource(source: ByteSource, onProgress?: (done: number) => void): Promise<string> {
  const hash = new Sha256()
  let done = 0
  for await (const chunk of source.stream()) {
    hash.update(chunk)
    done += chunk.length
    onProgress?.(done)
  }
  return hex(hash.digest())
}
