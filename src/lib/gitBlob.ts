// The name that git gives a file's content: SHA-1 over a short header and the bytes. WebCrypto's, for what is whole in memory.
import { concat, hex, utf8 } from './bytes.ts'

export async function gitBlobId(bytes: Uint8Array): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-1', concat([utf8(`blob ${bytes.length}\0`), bytes]))))
}
