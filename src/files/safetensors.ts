// The reading half of the safetensors format: 8 bytes with the header's length, a JSON header, then the tensors.
// Invariant: a header that passes describes every byte of the file exactly once, so no tensor can read another's
// bytes or beyond the end. Format: https://huggingface.co/docs/safetensors (rules as in its reference reader).
import { fromUtf8 } from '../lib/bytes.ts'
import { isRecord } from '../protocol/record.ts'
import { Fault } from '../protocol/failure.ts'
import { nestsDeeper } from '../protocol/nesting.ts'
import type { ByteSource } from './byteSource.ts'
import { dtypeBytes, isDType, type DType } from './dtype.ts'
import { repeatedKeys } from './jsonKeys.ts'

const MAX_HEADER_BYTES = 100_000_000
const MAX_ENTRIES = 200_000

export interface HeaderEntry {
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly number[]
  /** Offsets in the file, not in its data section. */
  readonly start: number
  readonly end: number
}
export interface Header {
  readonly entries: ReadonlyMap<string, HeaderEntry>
  readonly metadata: Readonly<Record<string, string>>
}

export async function readHeader(source: ByteSource): Promise<Header> {
  const { name, size } = source
  const bad = (what: string, hint = 'Get the file again from where it came from.'): Fault =>
    new Fault('bad-file', `${name} is not a usable safetensors file: ${what}`, hint)
  if (size < 8) throw bad(`expected at least 8 bytes, found ${size}.`)
  const first = await source.read(0, 8)
  const length = Number(new DataView(first.buffer).getBigUint64(0, true))
  if (length > MAX_HEADER_BYTES) throw bad(`its header claims ${length} bytes, and at most ${MAX_HEADER_BYTES} are allowed.`)
  const dataStart = 8 + length
  if (dataStart > size)
    throw bad(
      `its header needs ${dataStart} bytes, but the file has only ${size}.`,
      'The download or copy was cut short; get the file again.',
    )
  const json = parseHeader(await source.read(8, dataStart), bad)

  const entries: HeaderEntry[] = []
  let metadata: Record<string, string> = {}
  const problems: string[] = []
  for (const [key, value] of Object.entries(json)) {
    if (key === '__metadata__') {
      if (isRecord(value) && Object.values(value).every((v) => typeof v === 'string')) metadata = value as Record<string, string>
      else problems.push('__metadata__ must map names to texts.')
      continue
    }
    const entry = readEntry(key, value, dataStart)
    if (typeof entry === 'string') problems.push(entry)
    else entries.push(entry)
  }
  if (entries.length > MAX_ENTRIES) throw bad(`it lists ${entries.length} tensors, and at most ${MAX_ENTRIES} are allowed.`)
  if (problems.length > 0) throw bad(listed(problems))

  entries.sort((a, b) => a.start - b.start || a.end - b.end)
  let at = dataStart
  for (const e of entries) {
    if (e.start !== at) throw bad(`tensor ${e.name} starts at byte ${e.start}, but the one before it ends at byte ${at}.`)
    at = e.end
  }
  if (at > size)
    throw bad(
      `its tensors need ${at} bytes, but the file has only ${size}.`,
      'The download or copy was cut short; get the file again.',
    )
  if (at < size) throw bad(`its tensors end at byte ${at}, but the file has ${size}.`)
  return { entries: new Map(entries.map((e) => [e.name, e])), metadata }
}

function parseHeader(bytes: Uint8Array, bad: (what: string) => Fault): Record<string, unknown> {
  if (bytes[0] !== 0x7b) throw bad('its header does not start with "{".')
  let text: string
  let json: unknown
  try {
    text = fromUtf8(bytes)
    json = JSON.parse(text)
  } catch {
    throw bad('its header is not valid JSON.')
  }
  if (!isRecord(json)) throw bad('its header is not a JSON object.')
  if (nestsDeeper(json, 8)) throw bad('its header nests too deeply.')
  const repeated = repeatedKeys(text)
  if (repeated.length > 0) throw bad(`its header lists ${repeated.slice(0, 3).join(', ')} twice.`)
  return json
}

const isSize = (v: unknown): v is number => typeof v === 'number' && Number.isSafeInteger(v) && v >= 0

/** The entry, or one sentence about what is wrong with it. */
function readEntry(name: string, value: unknown, dataStart: number): HeaderEntry | string {
  if (!isRecord(value)) return `Tensor ${name} has no description.`
  const { dtype, shape, data_offsets: offsets } = value
  if (!isDType(dtype))
    return typeof dtype === 'string' && /^(F8|F6|F4)/.test(dtype)
      ? `Tensor ${name} is stored as ${dtype}; 8-bit and smaller floats are not supported, so convert it to BF16 or F16.`
      : `Tensor ${name} has the type ${JSON.stringify(dtype)}; known ones are ${Object.keys(dtypeBytes).join(', ')}.`
  if (!Array.isArray(shape) || !shape.every(isSize)) return `Tensor ${name} has no valid shape.`
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) return `Tensor ${name} has no valid offsets.`
  const [start, end] = offsets as [number, number]
  const expected = (shape as number[]).reduce((n, d) => n * d, dtypeBytes[dtype])
  if (end < start || end - start !== expected)
    return (
      `Tensor ${name} of shape [${shape.join(', ')}] and type ${dtype} needs ${expected} bytes, ` +
      `but its offsets span ${end - start}.`
    )
  return { name, dtype, shape: shape as number[], start: dataStart + start, end: dataStart + end }
}

function listed(problems: readonly string[]): string {
  const shown = problems.slice(0, 5).join(' ')
  return problems.length > 5 ? `${shown} (and ${problems.length - 5} more)` : shown
}
