// The test Hub's store of chunks, as far as an upload meets it: blocks of chunks, then a shard that says which files they make up.
// It knows no chunk beforehand, and takes a file only where its bytes, uncompressed ones at least, are those of its hash.
import { createHash } from 'node:crypto'

/** Bytes before each chunk of a block: version, stored length (3), scheme, length (3). */
const HEADER = 8

export class TestXet {
  private readonly blocks: Buffer[] = []

  /** What goes beside the file's address in the Hub's answer. */
  static headers(url: string, token: string): Record<string, string> {
    return { 'X-Xet-Cas-Url': url, 'X-Xet-Access-Token': token, 'X-Xet-Token-Expiration': String(Math.floor(Date.now() / 1000) + 3600), 'X-Xet-Session-Id': 'a session' }
  }

  addBlock(block: Buffer): void {
    this.blocks.push(block)
  }

  /** Hashes out of `wanted` that the shard is about, with the file's bytes where no chunk of it is compressed. */
  filesOf(shard: Buffer, wanted: Iterable<string>): { readonly oid: string; readonly bytes: Uint8Array }[] {
    return [...wanted].flatMap((oid) => {
      if (!shard.includes(inWords(oid))) return []
      const whole = this.blocks.map(uncompressed)
      const bytes = whole.find((b) => b && createHash('sha256').update(b).digest('hex') === oid)
      if (!bytes && whole.every((b) => b)) return []
      return [{ oid, bytes: Uint8Array.from(bytes ?? Buffer.concat(this.blocks)) }]
    })
  }
}

/** A hash as shards hold it: four 64-bit words, each with its lowest byte first. */
const inWords = (oid: string): Buffer => Buffer.concat([0, 16, 32, 48].map((at) => Buffer.from(oid.slice(at, at + 16), 'hex').reverse()))

function uncompressed(block: Buffer): Buffer | undefined {
  const chunks: Buffer[] = []
  for (let at = 0; at + HEADER <= block.length; ) {
    const stored = block.readUIntLE(at + 1, 3)
    if (block[at + 4] !== 0) return undefined
    chunks.push(block.subarray(at + HEADER, at + HEADER + stored))
    at += HEADER + stored
  }
  return Buffer.concat(chunks)
}
