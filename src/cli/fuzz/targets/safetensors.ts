// safetensors: the bytes of a file changed, and its header as JSON with a length that fits or does not.
import fc from 'fast-check'
import { toF32 } from '../../../files/dtype.ts'
import { bytesSource } from '../../../files/byteSource.ts'
import { readHeader } from '../../../files/safetensors.ts'
import { writeSafetensors } from '../../../files/writeSafetensors.ts'
import { concat, utf8 } from '../../../lib/bytes.ts'
import { Fault } from '../../../protocol/failure.ts'
import { changedBytes } from '../changedBytes.ts'
import { changedJson } from '../changedJson.ts'
import type { FuzzTarget } from '../target.ts'

const valid = writeSafetensors(
  new Map([
    ['a.weight', { dtype: 'F32' as const, shape: [2, 3], data: new Uint8Array(24).fill(1) }],
    ['b', { dtype: 'BF16' as const, shape: [4], data: new Uint8Array(8).fill(2) }],
    ['empty', { dtype: 'F16' as const, shape: [0, 7], data: new Uint8Array(0) }],
    ['scalar', { dtype: 'F64' as const, shape: [], data: new Uint8Array(8) }],
    ['ids', { dtype: 'I64' as const, shape: [1], data: new Uint8Array(8) }],
  ]),
  { format: 'pt' },
)
const length = Number(new DataView(valid.buffer).getBigUint64(0, true))
const header: unknown = JSON.parse(new TextDecoder().decode(valid.subarray(8, 8 + length)))
const data = valid.subarray(8 + length)
const asFile = (json: string, off: number): Uint8Array => {
  const bytes = utf8(json)
  const size = new Uint8Array(8)
  new DataView(size.buffer).setBigUint64(0, BigInt(Math.max(0, bytes.length + off)), true)
  return concat([size, bytes, data])
}

const target: FuzzTarget<Uint8Array> = {
  inputs: fc.oneof(
    changedBytes([valid]),
    fc.tuple(changedJson([header], ['F32', 'F16', 'BF16', 'F8_E4M3', 'BOOL', [2, 3], [0, 24], [24, 24], '__metadata__', 'a.weight']), fc.constantFrom(0, 0, 0, 0, 0, 1, -1)).map(([json, off]) => asFile(json, off)),
  ),
  async run(bytes) {
    const source = bytesSource(bytes, 'x.safetensors')
    const { entries, metadata } = await readHeader(source)
    const read: unknown[] = []
    for (const { name, dtype, start, end } of entries.values()) {
      if (start < 8 || end > bytes.length || end < start) throw new Error(`${name} lies at ${start} to ${end} of ${bytes.length}`)
      try {
        read.push([name, toF32(await source.read(start, end), dtype).length])
      } catch (error) {
        if (!(error instanceof Fault)) throw error
      }
    }
    return [read, metadata]
  },
  gateRuns: 1000,
}
export default target
