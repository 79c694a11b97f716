// Valid files with something wrong: bytes flipped, set, put in, taken out and doubled, counts replaced, ends cut, two files spliced.
import fc from 'fast-check'
import { concat } from '../../lib/bytes.ts'

/** Numbers that lengths and counts are not prepared for. */
const NUMBERS = [0n, 1n, 2n, 7n, 8n, 127n, 128n, 255n, 256n, 0x7fffn, 0xffffn, 0x10000n, 0x7fffffffn, 0x80000000n, 0xffffffffn, 0x100000000n, 0x1fffffffffffffn, 0x7fffffffffffffffn, 0xffffffffffffffffn]

type Edit = (bytes: Uint8Array, all: readonly Uint8Array[]) => Uint8Array

const place = fc.oneof({ weight: 3, arbitrary: fc.nat(1 << 16) }, fc.nat(24), fc.nat(200).map((n) => -1 - n))
const at = (bytes: Uint8Array, where: number): number => (bytes.length === 0 ? 0 : where < 0 ? Math.max(0, bytes.length + where) : where % bytes.length)
const put = (bytes: Uint8Array, where: number, written: Uint8Array): Uint8Array => {
  const copy = bytes.slice()
  copy.set(written.subarray(0, Math.max(0, copy.length - where)), where)
  return copy
}
const littleEndian = (value: bigint, size: number): Uint8Array => Uint8Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * i)) & 255n))
/** As Thrift and Protocol Buffers write numbers. */
function varint(value: bigint): Uint8Array {
  const out: number[] = []
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 128n) return Uint8Array.of(...out, Number(rest))
    out.push(Number(rest & 127n) | 128)
  }
}

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(place, fc.nat(7)).map(([p, bit]): Edit => (b) => put(b, at(b, p), Uint8Array.of((b[at(b, p)] ?? 0) ^ (1 << bit)))),
  fc.tuple(place, fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff, 0x22, 0x5b, 0x7b), fc.nat(255))).map(([p, value]): Edit => (b) => put(b, at(b, p), Uint8Array.of(value))),
  fc.tuple(place, fc.constantFrom(...NUMBERS), fc.constantFrom(2, 4, 8)).map(([p, n, size]): Edit => (b) => put(b, at(b, p), littleEndian(n, size))),
  fc.tuple(place, fc.constantFrom(...NUMBERS), fc.boolean()).map(([p, n, over]): Edit => (b) => (over ? put(b, at(b, p), varint(n)) : concat([b.subarray(0, at(b, p)), varint(n), b.subarray(at(b, p) + 1)]))),
  fc.tuple(place, fc.uint8Array({ maxLength: 12 })).map(([p, more]): Edit => (b) => concat([b.subarray(0, at(b, p)), more, b.subarray(at(b, p))])),
  fc.tuple(place, fc.nat(24)).map(([p, n]): Edit => (b) => concat([b.subarray(0, at(b, p)), b.subarray(at(b, p) + n)])),
  fc.tuple(place, fc.nat(64), place, fc.constantFrom(1, 1, 2, 50)).map(([p, n, to, times]): Edit => (b) => {
    const part = b.slice(at(b, p), at(b, p) + n)
    return concat([b.subarray(0, at(b, to)), ...Array.from({ length: times }, () => part), b.subarray(at(b, to))])
  }),
  fc.tuple(place).map(([p]): Edit => (b) => b.slice(0, at(b, p))),
  fc.tuple(place, fc.nat(100), place).map(([p, which, from]): Edit => (b, all) => {
    const other = all[which % all.length]
    return concat([b.subarray(0, at(b, p)), other.subarray(at(other, from))])
  }),
)

/** One of these files, changed in a few places. */
export function changedBytes(files: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  return fc.tuple(fc.constantFrom(...files), fc.array(edit, { maxLength: 6, size: 'max' })).map(([file, edits]) => edits.reduce<Uint8Array>((bytes, change) => (bytes.length > 1 << 20 ? bytes : change(bytes, files)), file.slice()))
}
