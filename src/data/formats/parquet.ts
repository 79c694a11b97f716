// Parquet tables (https://parquet.apache.org/docs/file-format/), one row group in memory at a time. Whole numbers with
// names, as Hugging Face datasets note them in the schema's metadata, become their names. The reader is loaded only when
// a Parquet file comes.
import type { CompressionCodec, Compressors, FileMetaData } from 'hyparquet'
import { isRecord } from '../../lib/record.ts'
import { Fault } from '../../protocol/failure.ts'
import type { ByteSource } from '../../files/byteSource.ts'
import type { Format } from '../format.ts'

/** Of one row group when expanded, and of one page. */
const MAX_GROUP_BYTES = 2 ** 30
const MAX_PAGE_BYTES = 2 ** 28
const MAX_GROUP_ROWS = 10_000_000
/** No codec beats this; a page that claims more is damaged, or meant to harm. */
const MAX_RATIO = 1100

const parquet: Format = {
  id: 'parquet',
  label: 'Parquet',
  magic: 'PAR1',
  match: () => 0,
  async *rows(source) {
    const { parquetMetadataAsync, parquetReadObjects } = await import('hyparquet')
    const file = fileOf(source)
    const metadata = await guarded(source, () => parquetMetadataAsync(file, { geoparquet: false }))
    const compressors = await codecs(metadata)
    const names = classNames(metadata)
    let line = 1
    for (const group of metadata.row_groups) {
      const rows = Number(group.num_rows)
      if (!(rows >= 0 && rows <= MAX_GROUP_ROWS && Number(group.total_byte_size) <= MAX_GROUP_BYTES))
        throw new Fault('bad-data', `${source.name} has a row group of ${rows} rows and ${Number(group.total_byte_size)} bytes, more than fits.`, 'Write it again with smaller row groups.')
      const start = line - 1
      const values = await guarded(source, () => parquetReadObjects({ file, metadata, compressors, rowStart: start, rowEnd: start + rows, geoparquet: false }))
      for (const value of values) yield { line: line++, value: plain(value, names) }
    }
  },
}
export default parquet

/** The file as the reader asks for it. It reads several ranges at a time and may give up on the first that fails, so none of the others is left unhandled. */
function fileOf(source: ByteSource): { byteLength: number; slice(start: number, end?: number): Promise<ArrayBuffer> } {
  return {
    byteLength: source.size,
    slice(start, end = source.size) {
      if (!(start >= 0 && start <= end && end <= source.size)) throw new Error(`a part of it lies at bytes ${start} to ${end} of ${source.size}`)
      const bytes = source.read(start, end).then((b) => b.buffer)
      bytes.catch(() => undefined)
      return bytes
    },
  }
}

async function guarded<T>(source: ByteSource, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Fault) throw error
    const detail = error instanceof Error ? error.message : String(error)
    throw new Fault('bad-data', `${source.name} is not a Parquet file that can be read: ${detail}.`, 'Check that it is complete, or save it as JSON Lines.', detail)
  }
}

/** What the file's columns are packed with; only what it needs is loaded. */
async function codecs(metadata: FileMetaData): Promise<Compressors> {
  const used = new Set<CompressionCodec>(metadata.row_groups.flatMap((g) => g.columns.flatMap((c) => c.meta_data?.codec ?? [])))
  const { snappyUncompress } = await import('hyparquet')
  const gunzip = used.has('GZIP') ? (await import('fflate')).gunzipSync : undefined
  const zstd = used.has('ZSTD') ? (await import('fzstd')).decompress : undefined
  const capped = (unpack: (input: Uint8Array, size: number) => Uint8Array) => (input: Uint8Array, size: number) => {
    if (!(size <= MAX_PAGE_BYTES && size <= 4096 + MAX_RATIO * input.length)) throw new Error(`a page of ${input.length} bytes claims to hold ${size}`)
    return unpack(input, size)
  }
  return {
    SNAPPY: capped((input, size) => {
      const out = new Uint8Array(size)
      snappyUncompress(input, out)
      return out
    }),
    ...(gunzip && { GZIP: capped((input, size) => gunzip(input, { out: new Uint8Array(size) })) }),
    ...(zstd && { ZSTD: capped((input, size) => zstd(input, new Uint8Array(size))) }),
  }
}

/** Column → names of its numbers, from the metadata that Hugging Face datasets write. */
function classNames(metadata: FileMetaData): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>()
  const text = metadata.key_value_metadata?.find((e) => e.key === 'huggingface')?.value
  if (text === undefined) return found
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return found
  }
  const info = isRecord(json) ? json['info'] : undefined
  const features = isRecord(info) ? info['features'] : undefined
  if (!isRecord(features)) return found
  for (const [column, feature] of Object.entries(features)) {
    const names = isRecord(feature) && feature['_type'] === 'ClassLabel' ? feature['names'] : undefined
    if (Array.isArray(names) && names.every((n) => typeof n === 'string')) found.set(column, names)
  }
  return found
}

function plain(row: Readonly<Record<string, unknown>>, names: ReadonlyMap<string, readonly string[]>): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const [column, value] of Object.entries(row)) {
    const simple = simplified(value)
    out[column] = (typeof simple === 'number' ? names.get(column)?.[simple] : undefined) ?? simple
  }
  return out
}

/** Values as JSON would hold them. */
function simplified(value: unknown): unknown {
  if (typeof value === 'bigint') return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (Array.isArray(value)) return value.map(simplified)
  if (ArrayBuffer.isView(value)) return value
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, simplified(v)]))
  return value
}
