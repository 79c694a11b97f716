// The file names inside a zip, from its central directory: only the end of the blob is read, however large it is.
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.12 and 4.3.16

const END_SIGNATURE = 0x06054b50
const ENTRY_SIGNATURE = 0x02014b50
const END_BYTES = 22
const ENTRY_BYTES = 46
/** The end record is followed by a comment of at most 65,535 bytes. */
const LONGEST_TAIL = END_BYTES + 65_535

export async function zipNames(zip: Blob): Promise<readonly string[]> {
  const tail = new DataView(await zip.slice(Math.max(0, zip.size - LONGEST_TAIL)).arrayBuffer())
  let end = tail.byteLength - END_BYTES
  while (end >= 0 && tail.getUint32(end, true) !== END_SIGNATURE) end -= 1
  if (end < 0) return []
  const bytes = tail.getUint32(end + 12, true)
  const start = tail.getUint32(end + 16, true)
  const directory = await zip.slice(start, start + bytes).arrayBuffer()
  const view = new DataView(directory)
  const names: string[] = []
  for (let at = 0; at + ENTRY_BYTES <= view.byteLength && view.getUint32(at, true) === ENTRY_SIGNATURE;) {
    const name = view.getUint16(at + 28, true)
    names.push(new TextDecoder().decode(new Uint8Array(directory, at + ENTRY_BYTES, name)))
    at += ENTRY_BYTES + name + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return names
}
