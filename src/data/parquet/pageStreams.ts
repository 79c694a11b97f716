// The packed numbers of a Parquet page (https://parquet.apache.org/docs/file-format/data-pages/encodings/), walked within bounds:
// runs of the hybrid encoding, and deltas. Each throws an Error where a run or a block claims more than there is.

/** A run may be padded, to whole groups of eight and by some writers to more. */
const PADDING = 512

/** Walks the hybrid encoding from `at` for `count` numbers of `width` bits. Tells how many equal `wanted`. */
export function walkHybrid(bytes: Uint8Array, at: number, width: number, count: number, wanted = -1): number {
  if (width > 32) throw new Error(`numbers of ${width} bits`)
  let seen = 0
  let hits = 0
  while (seen < count) {
    const { value: header, next } = varint(bytes, at)
    at = next
    const isPacked = header % 2 === 1
    const run = isPacked ? 8 * ((header - 1) / 2) : header / 2
    const size = isPacked ? Math.ceil((run * width) / 8) : Math.ceil(width / 8)
    if (run > count - seen + PADDING) throw new Error(`a run of ${run} where ${count - seen} values are left`)
    const used = Math.min(run, count - seen)
    // The last run may be cut after the values that count.
    if ((isPacked ? Math.floor((used * width) / 8) : size) > bytes.length - at) throw new Error('a run goes beyond its page')
    if (!isPacked) hits += number(bytes, at, 8 * size, 0) === wanted ? used : 0
    else if (wanted >= 0) for (let i = 0; i < used; i++) hits += number(bytes, at, width, i) === wanted ? 1 : 0
    seen += run
    at += size
  }
  return hits
}

/** Number `index` of those of `width` bits from `at` on. */
function number(bytes: Uint8Array, at: number, width: number, index: number): number {
  let value = 0
  for (let bit = 0; bit < width; bit++) {
    const place = index * width + bit
    if (((bytes[at + (place >> 3)] ?? 0) >> (place & 7)) & 1) value += 2 ** bit
  }
  return value
}

/** Walks DELTA_BINARY_PACKED from `at` for `count` numbers; `each` is given 32-bit ones. Tells the place after them. */
export function walkDeltas(bytes: Uint8Array, at: number, count: number, each?: (value: number) => void): number {
  const head = [0, 0, 0].map(() => {
    const { value, next } = varint(bytes, at)
    at = next
    return value
  })
  const [blockSize = 0, miniblocks = 0] = head
  if (!(blockSize > 0 && blockSize <= 1 << 20 && miniblocks > 0 && miniblocks <= 1 << 12 && blockSize % miniblocks === 0)) throw new Error(`blocks of ${blockSize} in ${miniblocks} parts`)
  const size = blockSize / miniblocks
  let { value, next } = zigzag(bytes, at)
  at = next
  if (count > 0) each?.(value)
  let done = 1
  while (done < count) {
    const least = zigzag(bytes, at)
    const widths = least.next
    at = widths + miniblocks
    for (let m = 0; m < miniblocks && done < count; m++) {
      const width = bytes[widths + m]
      if (width === undefined || width > 64) throw new Error('a block goes beyond its page')
      const used = Math.min(size, count - done)
      if (Math.floor((used * width) / 8) > bytes.length - at) throw new Error('a block goes beyond its page')
      if (each)
        for (let i = 0; i < used; i++) {
          value = (value + least.value + number(bytes, at, width, i)) % 2 ** 32 | 0
          each(value)
        }
      at += (size * width) / 8
      done += used
    }
  }
  return at
}

function varint(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0
  for (let i = 0; i < 10; i++) {
    const byte = bytes[at + i]
    if (byte === undefined) throw new Error('it is cut short')
    value += (byte & 127) * 2 ** (7 * i)
    if (byte < 128) return { value, next: at + i + 1 }
  }
  throw new Error('a number that does not end')
}

function zigzag(bytes: Uint8Array, at: number): { value: number; next: number } {
  const { value, next } = varint(bytes, at)
  return { value: value % 2 === 0 ? value / 2 : -(value + 1) / 2, next }
}
