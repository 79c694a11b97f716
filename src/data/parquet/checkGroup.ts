// A row group of a Parquet file, looked over page by page before the reader sees it. The reader trusts every count in it: a
// few bytes that claim a run of a billion values would keep it busy for minutes and fill the memory. Here counts are held
// against the bytes that are there, so that what is read afterwards is bounded by the size of the file.
import type { Compressors, FileMetaData, RowGroup } from 'hyparquet'
import type { ByteSource } from '../../files/byteSource.ts'
import { walkDeltas, walkHybrid } from './pageStreams.ts'
import { readThrift, type ThriftStruct } from './thrift.ts'

/** Of a group when expanded. */
const MAX_BYTES = 2 ** 30
const MAX_PAGE_BYTES = 2 ** 28
const MAX_ROWS = 10_000_000
/** No codec beats this; a page that claims more is damaged, or meant to harm. */
const MAX_RATIO = 1100
/** Cells that a group may have: some are nulls or repeat themselves and take no bytes, but never all of them. */
const CELLS = { free: 250_000, perByte: 8 }
/** A value may begin with the one before it, so that few bytes become many. */
const MAX_GROWTH = 200

const PAGE = { data: 0, dictionary: 2, data2: 3 } as const
const WIDTHS: Readonly<Record<string, number>> = { INT32: 4, FLOAT: 4, INT64: 8, DOUBLE: 8, INT96: 12 }
/** Numbers of encodings in the format. */
const ENCODING = { plain: 0, plainDictionary: 2, rle: 3, delta: 5, deltaLength: 6, deltaBytes: 7, dictionary: 8, split: 9 } as const

interface Column {
  readonly type: string
  readonly typeLength: number
  readonly maxRepetition: number
  readonly maxDefinition: number
  readonly unpack: (bytes: Uint8Array, size: number) => Uint8Array
}

/** Throws an Error with the reason. */
export async function checkGroup(source: ByteSource, metadata: FileMetaData, group: RowGroup, compressors: Compressors): Promise<void> {
  const rows = Number(group.num_rows)
  if (!(rows >= 0 && rows <= MAX_ROWS && Number(group.total_byte_size) <= MAX_BYTES)) throw new Error(`it has a row group of ${rows} rows and ${Number(group.total_byte_size)} bytes, more than fits`)
  const columns = group.columns.map(({ meta_data: meta, file_path: elsewhere }) => {
    if (!meta || elsewhere) throw new Error('its columns are in another file')
    return meta
  })
  const packed = columns.reduce((n, c) => n + Number(c.total_compressed_size), 0)
  if (!(packed <= source.size)) throw new Error(`its columns claim ${packed} bytes of ${source.size}`)
  const cells = columns.reduce((n, c) => n + Math.max(rows, Number(c.num_values)), 0)
  if (!(cells <= CELLS.free + CELLS.perByte * packed)) throw new Error(`it claims ${cells} values in ${packed} bytes`)
  const left = { bytes: MAX_BYTES }
  for (const meta of columns) {
    const start = Number(meta.dictionary_page_offset || meta.data_page_offset)
    const length = Number(meta.total_compressed_size)
    if (!(start >= 4 && length >= 0 && start + length <= source.size)) throw new Error(`a column lies at bytes ${start} to ${start + length} of ${source.size}`)
    const column = columnOf(metadata, meta.path_in_schema, meta.type, meta.codec, compressors)
    checkPages(await source.read(start, start + length), column, Number(meta.num_values), left)
  }
}

function columnOf({ schema }: FileMetaData, path: readonly string[], type: string, codec: string, compressors: Compressors): Column {
  let [at, maxRepetition, maxDefinition] = [0, 0, 0]
  for (const name of path) {
    const children = childrenOf(schema, at)
    const child = children.find((i) => schema[i].name === name)
    if (child === undefined) throw new Error(`it has no column ${path.join('.')}`)
    at = child
    const { repetition_type: repetition, logical_type: logical } = schema[at]
    if (logical?.type === 'VARIANT') throw new Error(`its column ${path.join('.')} holds variants, which are not read`)
    if (repetition === 'REPEATED') maxRepetition++
    if (repetition !== 'REQUIRED') maxDefinition++
  }
  const leaf = schema[at]
  if (leaf.type !== type) throw new Error(`its column ${path.join('.')} is ${leaf.type} and ${type}`)
  const packer = compressors[codec as keyof Compressors]
  if (!packer && codec !== 'UNCOMPRESSED') throw new Error(`it is packed with ${codec}, which is not read`)
  return { type, typeLength: leaf.type_length ?? 0, maxRepetition, maxDefinition, unpack: (bytes, size) => packer?.(bytes, size) ?? bytes }
}

/** Places of the children; each is followed by its own. */
function childrenOf(schema: FileMetaData['schema'], parent: number): number[] {
  const found: number[] = []
  let at = parent + 1
  while (found.length < (schema[parent].num_children ?? 0)) {
    found.push(at)
    for (let open = 1; open > 0; at++) open += (schema[at]?.num_children ?? 0) - 1
  }
  return found
}

function checkPages(bytes: Uint8Array, column: Column, values: number, left: { bytes: number }): void {
  let [at, seen] = [0, 0]
  // As the reader does: a last byte is no page.
  while (at < bytes.length - 1) {
    const { value: header, end } = readThrift(bytes, at)
    const [size, packed] = [whole(header[2]), whole(header[3])]
    if (packed > bytes.length - end) throw new Error('a page goes beyond its column')
    left.bytes -= size
    if (size > MAX_PAGE_BYTES || size > 4096 + MAX_RATIO * packed || left.bytes < 0) throw new Error(`a page of ${packed} bytes claims to hold ${size}`)
    const body = bytes.subarray(end, end + packed)
    at = end + packed
    if (header[1] === PAGE.dictionary) {
      const page = column.unpack(body, size)
      if (whole(fields(header[7])[1]) > page.length) throw new Error('a dictionary claims more entries than it has bytes')
      continue
    }
    const told = header[1] === PAGE.data ? fields(header[5]) : header[1] === PAGE.data2 ? fields(header[8]) : undefined
    if (!told) throw new Error('it has a page of an unknown kind')
    const count = whole(told[1])
    seen += count
    if (seen > values) throw new Error(`a column of ${values} values has pages of ${seen}`)
    if (header[1] === PAGE.data) checkPage(column.unpack(body, size), column, count, whole(told[2]))
    else checkPage2(body, size, column, count, told)
  }
}

function checkPage(page: Uint8Array, column: Column, count: number, encoding: number): void {
  const { maxRepetition, maxDefinition } = column
  let at = 0
  const levels = (most: number, wanted?: number): number => {
    const length = new DataView(page.buffer, page.byteOffset, page.byteLength).getUint32(at, true)
    if (length > page.length - at - 4) throw new Error('levels go beyond their page')
    const hits = walkHybrid(page, at + 4, bitsOf(most), count, wanted)
    at += 4 + length
    return hits
  }
  if (maxRepetition > 0) levels(maxRepetition)
  const present = maxDefinition > 0 ? levels(maxDefinition, maxDefinition) : count
  checkValues(page.subarray(at), column, present, encoding)
}

function checkPage2(body: Uint8Array, size: number, column: Column, count: number, told: ThriftStruct): void {
  const [definitions, repetitions, nulls] = [whole(told[5]), whole(told[6]), whole(told[2])]
  if (definitions + repetitions > Math.min(body.length, size) || nulls > count) throw new Error('levels go beyond their page')
  if (column.maxRepetition > 0) walkHybrid(body.subarray(0, repetitions), 0, bitsOf(column.maxRepetition), count)
  if (column.maxDefinition > 0) walkHybrid(body.subarray(repetitions, repetitions + definitions), 0, bitsOf(column.maxDefinition), count)
  const rest = body.subarray(repetitions + definitions)
  const page = told[7] === false ? rest : column.unpack(rest, size - repetitions - definitions)
  checkValues(page, column, count - nulls, whole(told[4]))
}

function checkValues(page: Uint8Array, { type, typeLength }: Column, count: number, encoding: number): void {
  const isBoolean = type === 'BOOLEAN'
  switch (encoding) {
    case ENCODING.plain: {
      const width = type === 'BYTE_ARRAY' ? 4 : isBoolean ? 1 / 8 : (WIDTHS[type] ?? typeLength)
      if (!(width > 0 && count * width <= page.length)) throw new Error('a page claims more values than it has bytes')
      return
    }
    case ENCODING.plainDictionary:
    case ENCODING.dictionary:
    case ENCODING.rle: {
      if (count === 0) return
      const width = isBoolean ? 1 : (page[0] ?? 0)
      if (width > 0) walkHybrid(page, isBoolean ? 4 : 1, width, count)
      return
    }
    case ENCODING.split:
      if (count * (WIDTHS[type] ?? typeLength) > page.length) throw new Error('a page claims more values than it has bytes')
      return
    case ENCODING.delta:
    case ENCODING.deltaLength:
      walkDeltas(page, 0, count)
      return
    case ENCODING.deltaBytes: {
      let bytes = 0
      const add = (length: number): void => {
        bytes += length
        if (length < 0 || bytes > 4096 + MAX_GROWTH * page.length) throw new Error('its values grow beyond what their page can hold')
      }
      walkDeltas(page, walkDeltas(page, 0, count, add), count, add)
      return
    }
    default:
      throw new Error('it has a page of an unknown encoding')
  }
}

const bitsOf = (most: number): number => 32 - Math.clz32(most)
const whole = (value: unknown): number => {
  if (typeof value !== 'number' || !(value >= 0)) throw new Error('a page lacks its counts')
  return value
}
const fields = (value: unknown): ThriftStruct => {
  if (typeof value !== 'object' || value === null) throw new Error('a page lacks its counts')
  return value as ThriftStruct
}
