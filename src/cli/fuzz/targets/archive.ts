// zip and gz, as data and as a dropped folder: entries that overlap, lie about their sizes, expand without end or leave the folder.
import { gzipSync, zipSync } from 'fflate'
import fc from 'fast-check'
import { unzip } from '../../../files/zip.ts'
import { utf8 } from '../../../lib/bytes.ts'
import { changedBytes } from '../changedBytes.ts'
import { readDataset } from '../readDataset.ts'
import type { FuzzTarget } from '../target.ts'

const rows = utf8('{"prompt":"a","completion":"b"}\n'.repeat(20))
const zips = [
  zipSync({ 'train.jsonl': rows, 'test.csv': utf8('text,label\na,b\n') }),
  zipSync({ 'a/train.jsonl': [rows, { level: 0 }], 'a/b.jsonl.gz': gzipSync(rows), 'README.md': utf8('# x') }),
  zipSync({ '../x.jsonl': rows }),
  zipSync({ 'bomb.txt': new Uint8Array(200_000) }),
  zipSync({}),
]
const gzs = [gzipSync(rows), gzipSync(new Uint8Array(100_000)), new Uint8Array([...gzipSync(rows), ...gzipSync(rows)])]

const target: FuzzTarget<{ readonly bytes: Uint8Array; readonly as: 'data' | 'folder' }> = {
  inputs: fc.oneof(
    fc.record({ bytes: changedBytes(zips), as: fc.constantFrom('data', 'folder') }),
    fc.record({ bytes: changedBytes(gzs), as: fc.constant('data' as const) }),
    fc.record({ bytes: fc.tuple(fc.constantFrom('PK\u0003\u0004', '\u001f\u008b\u0008\u0000', 'PAR1', '\u00ff\u00fe', 'GGUF'), fc.uint8Array({ maxLength: 200 })).map(([start, rest]) => Uint8Array.from([...[...start].map((c) => c.charCodeAt(0)), ...rest])), as: fc.constantFrom('data', 'folder') }),
  ),
  async run({ bytes, as }) {
    if (as === 'data') return readDataset(bytes, 'x.zip')
    const files = await unzip(bytes)
    for (const name of files.keys()) if (name.split(/[/\\]/).includes('..') || /^[/\\]/.test(name)) throw new Error(`${name} leaves the folder`)
    return [...files].map(([name, content]) => [name, content.length])
  },
  gateRuns: 200,
}
export default target
