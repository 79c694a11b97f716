// The file names inside a zip: only the end of the blob is read, however large it is.
import { zipDirectory } from '../lib/zipDirectory.ts'

export async function zipNames(zip: Blob): Promise<readonly string[]> {
  const directory = await zipDirectory(zip.size, async (start, end) => new Uint8Array(await zip.slice(start, end).arrayBuffer()))
  return directory?.records.map(({ name }) => name) ?? []
}
