// Parquet tables (https://parquet.apache.org/docs/file-format/), one row group in memory at a time. Whole numbers with
// names, as Hugging Face datasets note them in the schema's metadata, become their names. The reader is loaded only when
// a Parquet file comes, and sees nothing whose counts were not checked.
import { gunzipSync } from 'fflate'
import type { CompressionCodec, Compressors, FileMetaData } from 'hyparquet'
import { isRecord } from '../../protocol/record.ts'
import { Fault, messageOf } from '../../protocol/failure.ts'
import type { ByteSource } from '../../files/byteSource.ts'
import { classNames, named, type ClassNames } from '../classNames.ts'
import type { Format } from '../format.ts'
import { checkFooter } from '../parquet/checkFooter.ts'
import { checkGroup } from '../parquet/checkGroup.ts'

/** Characters of all rows: a dictionary lets a few bytes say a long text again and again. */
const MAX_TEXT = { free: 2 ** 26, perByte: 200 }

const parquet: Format = {
  id: 'parquet',
  label: 'Parquet',
  magic: 'PAR1',
  match: () => 0,
  async *rows(source) {
    const { parquetMetadataAsync, parquetReadObjects } = await import('hyparquet')
    const file = fileOf(source)
    const metadata = await guarded(source, async () => {
      await checkFooter(source)
      return parquetMetadataAsync(file, { geoparquet: false })
    })
    const compressors = await codecs(metadata)
    const names = namesIn(metadata)
    let line = 1
    let text = MAX_TEXT.free + MAX_TEXT.perByte * source.size
    const count = (characters: number): void => {
      if ((text -= characters) < 0) throw new Fault('bad-data', `${source.name} expands to more text than a file of its size can hold.`, 'Save it as JSON Lines.')
    }
    for (const group of metadata.row_groups) {
      const values = await guarded(source, async () => {
        await checkGroup(source, metadata, group, compressors)
        return parquetReadObjects({ file, metadata: { ...metadata, row_groups: [group], num_rows: group.num_rows }, compressors, geoparquet: false })
      })
      for (const value of values) yield { line: line++, value: named(Object.fromEntries(Object.entries(value).map(([k, v]) => [k, simplified(v, count)])), names) }
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
    throw new Fault('bad-data', `${source.name} is not a Parquet file that can be read.`, 'Check that it is complete, or save it as JSON Lines.', messageOf(error))
  }
}

/** What the file's columns are packed with; only what it needs is loaded. */
async function codecs(metadata: FileMetaData): Promise<Compressors> {
  const used = new Set<CompressionCodec>(metadata.row_groups.flatMap((g) => g.columns.flatMap((c) => c.meta_data?.codec ?? [])))
  const { snappyUncompress } = await import('hyparquet')
  const zstd = used.has('ZSTD') ? (await import('fzstd')).decompress : undefined
  return {
    SNAPPY: (input, size) => {
      const out = new Uint8Array(size)
      snappyUncompress(input, out)
      return out
    },
    GZIP: (input, size) => gunzipSync(input, { out: new Uint8Array(size) }),
    ...(zstd && { ZSTD: (input, size) => zstd(input, new Uint8Array(size)) }),
  }
}

/** Column → names of its numbers, from the metadata that Hugging Face datasets write. */
function namesIn(metadata: FileMetaData): ClassNames {
  const text = metadata.key_value_metadata?.find((e) => e.key === 'huggingface')?.value
  if (text === undefined) return new Map()
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return new Map()
  }
  const info = isRecord(json) ? json['info'] : undefined
  return classNames(isRecord(info) ? info['features'] : undefined)
}

/** Values as JSON would hold them; each text is counted. */
function simplified(value: unknown, count: (characters: number) => void): unknown {
  if (typeof value === 'string') count(value.length)
  if (typeof value === 'bigint') return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (Array.isArray(value)) return value.map((v) => simplified(v, count))
  if (ArrayBuffer.isView(value)) return value
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, simplified(v, count)]))
  return value
}
