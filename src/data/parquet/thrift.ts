// Thrift's compact protocol (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md), as far as Parquet
// uses it, read within bounds: every list must have the bytes that its count needs, and nothing nests deeply.

/** By field number; a list is an array. Whole numbers beyond 2^53 are no sizes of anything here, and lose their last digits. */
export interface ThriftStruct {
  readonly [field: number]: ThriftValue
}
export type ThriftValue = number | boolean | Uint8Array | readonly ThriftValue[] | ThriftStruct

const MAX_DEPTH = 24

/** Throws an Error where the bytes are no struct. `end` is the place after it. */
export function readThrift(bytes: Uint8Array, start: number): { readonly value: ThriftStruct; readonly end: number } {
  const reader = new ThriftReader(bytes, start)
  return { value: reader.struct(0), end: reader.at }
}

class ThriftReader {
  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
  ) {}

  struct(depth: number): ThriftStruct {
    if (depth > MAX_DEPTH) throw new Error('its description nests too deeply')
    const out: Record<number, ThriftValue> = {}
    let field = 0
    for (;;) {
      const head = this.byte()
      if ((head & 15) === 0) return out
      field = head >> 4 === 0 ? this.zigzag() : field + (head >> 4)
      if (field < 0 || field > 32_767) throw new Error('its description has a field that cannot be')
      out[field] = this.value(head & 15, depth)
    }
  }

  private value(type: number, depth: number): ThriftValue {
    switch (type) {
      case 1:
      case 2:
        return type === 1
      case 3:
        return (this.byte() << 24) >> 24
      case 4:
      case 5:
      case 6:
        return this.zigzag()
      case 7:
        return new DataView(this.bytes.buffer, this.bytes.byteOffset + this.take(8), 8).getFloat64(0, true)
      case 8: {
        const length = this.varint()
        const from = this.take(length)
        return this.bytes.subarray(from, from + length)
      }
      case 9:
        return this.list(depth)
      case 12:
        return this.struct(depth + 1)
      default:
        throw new Error('its description has a type that Parquet does not use')
    }
  }

  private list(depth: number): ThriftValue[] {
    const head = this.byte()
    const count = head >> 4 === 15 ? this.varint() : head >> 4
    // Every element takes a byte or more.
    if (count > this.bytes.length - this.at) throw new Error(`its description claims a list of ${count}`)
    if (depth > MAX_DEPTH) throw new Error('its description nests too deeply')
    const type = head & 15
    return Array.from({ length: count }, () => (type < 3 ? this.byte() === 1 : this.value(type, depth + 1)))
  }

  private zigzag(): number {
    const n = this.varint()
    return n % 2 === 0 ? n / 2 : -(n + 1) / 2
  }

  private varint(): number {
    let value = 0
    for (let i = 0; i < 10; i++) {
      const byte = this.byte()
      value += (byte & 127) * 2 ** (7 * i)
      if (byte < 128) return value
    }
    throw new Error('a number in its description does not end')
  }

  private byte(): number {
    return this.bytes[this.take(1)]
  }

  private take(count: number): number {
    const from = this.at
    if (!(count <= this.bytes.length - from)) throw new Error('its description is cut short')
    this.at += count
    return from
  }
}
