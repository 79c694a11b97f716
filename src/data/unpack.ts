// Archives of data files: a gz holds one, a zip holds several, each training, held-out or test rows by its name. Archives
// come from outside, so what they expand to is capped in bytes and in ratio, and everything else in them is passed over.
import { Gunzip } from 'fflate'
import { blobSource, bytesSource, type ByteSource } from '../files/byteSource.ts'
import { unzip } from '../files/zip.ts'
import { Fault } from '../protocol/failure.ts'

const MAX_BYTES = 2 ** 30
const MAX_ZIP_BYTES = 2 ** 29
const MAX_RATIO = 200
/** Short texts that repeat themselves are no attack. */
const RATIO_FROM = 1 << 20

const DATA = /\.(jsonl|ndjson|json|csv|tsv|tab|txt|text|md|markdown|parquet|conll|conllu|bio|iob|iob2|bioes)(\.gz)?$/i
/** What comes beside data and is not data. */
const BESIDE = /(^|\/)(readme|licen[cs]e|source|dataset_infos?|metadata|citation|changelog|requirements|categories|labels)[^/]*$/i
const HIDDEN = /(^|\/)(\.|__MACOSX\/)/

export type Part = 'train' | 'validation' | 'test'

/** Which part of a dataset a file holds, by its name. */
export function partOf(name: string): Part {
  const bare = name.replace(/\.gz$/i, '').replace(/\.[a-z]+$/i, '')
  if (/(^|[/._-])(test|eval)([._-][^/]*)?$/i.test(bare)) return 'test'
  return /(^|[/._-])(valid|validation|val|dev)([._-][^/]*)?$/i.test(bare) ? 'validation' : 'train'
}

/** The data files in a file: itself, unless it is an archive. */
export async function unpack(source: ByteSource, depth = 0): Promise<ByteSource[]> {
  const head = await source.read(0, Math.min(4, source.size))
  if (head[0] === 0x1f && head[1] === 0x8b) return gunzip(source)
  if (head[0] !== 0x50 || head[1] !== 0x4b || (head[2] !== 3 && head[2] !== 5)) return [source]
  if (source.size > MAX_ZIP_BYTES) throw refused(source.name, `it has ${Math.round(source.size / 1e6)} MB, and at most ${Math.round(MAX_ZIP_BYTES / 1e6)} MB of zip fit`)
  const entries = await unzip(await source.read(0, source.size))
  const names = [...entries.keys()].filter((name) => !HIDDEN.test(name))
  if (names.includes('[Content_Types].xml')) throw new Fault('bad-data', `${source.name} is an Office document, which is not read.`, 'Save the sheet as CSV.')
  const data = names.filter((name) => DATA.test(name))
  const chosen = data.some((name) => !BESIDE.test(name)) ? data.filter((name) => !BESIDE.test(name)) : data
  if (chosen.length === 0)
    throw new Fault('bad-data', `${source.name} holds no data file${names.length > 0 ? `; it holds ${names.slice(0, 3).join(', ')}` : ''}.`, 'Pack JSON Lines, JSON, CSV, TSV, Parquet, text or Markdown files.')
  const found: ByteSource[] = []
  for (const name of chosen.toSorted()) {
    const entry = bytesSource(entries.get(name)!, name)
    found.push(...(/\.gz$/i.test(name) && depth === 0 ? await unpack(entry, 1) : [entry]))
  }
  return found
}

async function gunzip(source: ByteSource): Promise<ByteSource[]> {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let read = 0
  let size = 0
  const unpacker = new Gunzip((chunk) => {
    size += chunk.length
    if (size > MAX_BYTES) throw refused(source.name, `it expands to more than ${MAX_BYTES / 2 ** 30} GiB`)
    if (size > RATIO_FROM && size > MAX_RATIO * Math.max(read, 1)) throw refused(source.name, `it expands more than ${MAX_RATIO} times`)
    chunks.push(chunk.slice())
  })
  try {
    for await (const chunk of source.stream()) {
      // Small bites: what one of them expands to is looked at before the next.
      for (let at = 0; at < chunk.length; at += 1 << 16) {
        const bite = chunk.subarray(at, at + (1 << 16))
        read += bite.length
        unpacker.push(bite, read === source.size)
      }
    }
  } catch (error) {
    if (error instanceof Fault) throw error
    throw new Fault('bad-data', `${source.name} is not a gzip archive that can be read.`, 'It may be cut short: fetch it again, or unpack it first.', String(error))
  }
  if (size === 0) throw new Fault('bad-data', `${source.name} holds nothing.`, 'Choose a file with rows in it.')
  // The browser may keep a blob on its disk.
  return [blobSource(new Blob(chunks), source.name.replace(/\.gz$/i, ''))]
}

const refused = (name: string, why: string): Fault => new Fault('bad-data', `${name} was refused: ${why}.`, 'Unpack it, and drop the data file itself.')
