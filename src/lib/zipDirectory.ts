// What a zip says of itself: its central directory, with the 64-bit fields of large archives. Only the end of the bytes is read, however
// many there are. Judges nothing of what it finds: names and sizes are as a stranger wrote them.
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.12 to 4.3.16 and 4.5.3

const END_SIGNATURE = 0x06054b50
const END_BYTES = 22
const LOCATOR_SIGNATURE = 0x07064b50
const LOCATOR_BYTES = 20
const END64_SIGNATURE = 0x06064b50
const END64_BYTES = 56
const RECORD_SIGNATURE = 0x02014b50
const RECORD_BYTES = 46
/** The end record is followed by a comment of at most 65,535 bytes. */
const LONGEST_TAIL = LOCATOR_BYTES + END_BYTES + 65_535
/** A directory of that size names far more files than anybody takes. */
const LONGEST_DIRECTORY = 16 * 2 ** 20
const IN_64_BITS = 0xffffffff

export interface ZipRecord {
  readonly name: string
  /** 0: as it is; 8: deflated. */
  readonly method: number
  readonly isEncrypted: boolean
  readonly crc: number
  readonly packedBytes: number
  readonly bytes: number
  /** Of its own header, which its packed bytes follow. */
  readonly offset: number
}

export interface ZipDirectory {
  /** As many as the archive says it has. */
  readonly count: number
  /** Where the directory begins; all files lie before it. */
  readonly start: number
  readonly records: readonly ZipRecord[]
}

/** Undefined where the bytes are no zip, or one whose directory contradicts itself. */
export async function zipDirectory(size: number, read: (start: number, end: number) => Promise<Uint8Array<ArrayBuffer>>): Promise<ZipDirectory | undefined> {
  const tailStart = Math.max(0, size - LONGEST_TAIL)
  const tail = viewOf(await read(tailStart, size))
  let end = tail.byteLength - END_BYTES
  while (end >= 0 && !(tail.getUint32(end, true) === END_SIGNATURE && end + END_BYTES + tail.getUint16(end + 20, true) <= tail.byteLength)) end -= 1
  if (end < 0) return undefined
  let [count, bytes, start] = [tail.getUint16(end + 10, true), tail.getUint32(end + 12, true), tail.getUint32(end + 16, true)]
  const locator = end - LOCATOR_BYTES
  if (locator >= 0 && tail.getUint32(locator, true) === LOCATOR_SIGNATURE) {
    const at = long(tail, locator + 8)
    if (at + END64_BYTES > size) return undefined
    const end64 = viewOf(await read(at, at + END64_BYTES))
    if (end64.getUint32(0, true) !== END64_SIGNATURE) return undefined
    ;[count, bytes, start] = [long(end64, 32), long(end64, 40), long(end64, 48)]
  }
  if (bytes > LONGEST_DIRECTORY || start + bytes > size) return undefined
  const records = recordsOf(await read(start, start + bytes))
  return records?.length === count ? { count, start, records } : undefined
}

function recordsOf(directory: Uint8Array<ArrayBuffer>): ZipRecord[] | undefined {
  const view = viewOf(directory)
  const records: ZipRecord[] = []
  let at = 0
  while (at < view.byteLength) {
    if (at + RECORD_BYTES > view.byteLength || view.getUint32(at, true) !== RECORD_SIGNATURE) return undefined
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [number, number, number]
    const after = at + RECORD_BYTES + nameBytes + extraBytes + commentBytes
    if (after > view.byteLength) return undefined
    const extra = at + RECORD_BYTES + nameBytes
    const [bytes, packedBytes, offset] = widened(view, extra, extra + extraBytes, [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)])
    records.push({
      name: textOf(directory.subarray(at + RECORD_BYTES, extra)),
      method: view.getUint16(at + 10, true),
      isEncrypted: (view.getUint16(at + 8, true) & 1) !== 0,
      crc: view.getUint32(at + 16, true),
      packedBytes,
      bytes,
      offset,
    })
    at = after
  }
  return records
}

/** Those that did not fit 32 bits stand in an extra field, in this order. */
function widened(view: DataView, from: number, to: number, fields: [number, number, number]): [number, number, number] {
  for (let at = from; at + 4 <= to; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue
    const end = Math.min(at + 4 + view.getUint16(at + 2, true), to)
    let next = at + 4
    return fields.map((value) => {
      if (value !== IN_64_BITS || next + 8 > end) return value
      next += 8
      return long(view, next - 8)
    }) as [number, number, number]
  }
  return fields
}

const viewOf = (bytes: Uint8Array<ArrayBuffer>): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
const long = (view: DataView, at: number): number => Number(view.getBigUint64(at, true))

/** Archives that say nothing of the coding of names hold UTF-8 as a rule, and otherwise one byte a letter. */
function textOf(name: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(name)
  } catch {
    return new TextDecoder('latin1').decode(name)
  }
}
