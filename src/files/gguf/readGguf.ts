// The reading half of the GGUF format, versions 2 and 3: metadata and the table of tensors, read in pieces from the front of a
// file of any size. Invariant: every tensor that is listed lies whole within the file. A file comes from outside, so that its
// counts and lengths are bounded before anything is kept.
import { fromUtf8 } from '../../lib/bytes.ts'
import { Fault } from '../../protocol/failure.ts'
import type { ByteSource } from '../byteSource.ts'
import { ARRAY_TYPE, GGUF_ALIGNMENT, tensorBytes, tensorTypes, valueTypes, type GgufValue, type Scalar, type TensorType, type ValueType } from './ggufTypes.ts'

const MAX_KEYS = 65_536
const MAX_TENSORS = 65_536
/** Vocabularies are the longest lists. */
const MAX_LIST = 8_000_000
const MAX_TEXT = 16 * 2 ** 20
const MAX_HEADER = 512 * 2 ** 20
const PIECE = 2 ** 20

export interface GgufEntry {
  readonly name: string
  readonly type: TensorType
  /** Outermost dimension first. */
  readonly shape: readonly number[]
  /** Offsets in the file. */
  readonly start: number
  readonly end: number
}
export interface GgufFile {
  readonly metadata: ReadonlyMap<string, GgufValue>
  readonly tensors: ReadonlyMap<string, GgufEntry>
}

const typeOfValue = new Map(Object.entries(valueTypes).map(([name, id]) => [id as number, name as ValueType]))
const typeOfTensor = new Map(Object.entries(tensorTypes).map(([name, { id }]) => [id as number, name as TensorType]))
/** For the sentence about a type that is not read. */
const OTHERS: Readonly<Record<number, string>> = { 3: 'Q4_1', 6: 'Q5_0', 7: 'Q5_1', 10: 'Q2_K', 11: 'Q3_K', 13: 'Q5_K', 16: 'IQ2_XXS', 20: 'IQ4_NL', 23: 'IQ4_XS', 39: 'MXFP4' }

/** Throws `bad-file`. */
export async function readGguf(source: ByteSource): Promise<GgufFile> {
  const bad = (what: string, hint = 'Get the file again from where it came from.'): Fault => new Fault('bad-file', `${source.name} is not a usable GGUF file: ${what}`, hint)
  const front = new Front(source, bad)
  if ((await front.text(4)) !== 'GGUF') throw bad('it does not start with GGUF.')
  const version = await front.number('u32')
  if (version !== 2 && version !== 3) throw bad(`it has version ${version}, and 2 and 3 are read.`)
  const [tensorCount, keyCount] = [await front.number('u64'), await front.number('u64')]
  if (keyCount > MAX_KEYS || tensorCount > MAX_TENSORS) throw bad(`it claims ${tensorCount} tensors and ${keyCount} entries of metadata, more than any model has.`)
  const metadata = new Map<string, GgufValue>()
  for (let i = 0; i < keyCount; i++) {
    const key = await front.string()
    if (metadata.has(key)) throw bad(`its metadata has ${JSON.stringify(key)} twice.`)
    metadata.set(key, await front.value(key))
  }
  const listed: { readonly name: string; readonly type: TensorType; readonly shape: readonly number[]; readonly offset: number }[] = []
  const names = new Set<string>()
  for (let i = 0; i < tensorCount; i++) {
    const name = await front.string()
    if (names.has(name)) throw bad(`it lists the tensor ${JSON.stringify(name)} twice.`)
    names.add(name)
    const dimensions = await front.number('u32')
    if (dimensions < 1 || dimensions > 4) throw bad(`the tensor ${JSON.stringify(name)} has ${dimensions} dimensions.`)
    const shape: number[] = []
    for (let d = 0; d < dimensions; d++) shape.unshift(await front.number('u64'))
    const id = await front.number('u32')
    const type = typeOfTensor.get(id)
    if (!type) throw bad(`the tensor ${JSON.stringify(name)} is stored as ${OTHERS[id] ?? `type ${id}`}; ${[...typeOfTensor.values()].join(', ')} are read.`, 'Get the model in one of these, Q8_0 or Q4_K_M for instance.')
    listed.push({ name, type, shape, offset: await front.number('u64') })
  }
  const alignment = Number(metadata.get('general.alignment')?.value ?? GGUF_ALIGNMENT)
  if (!Number.isInteger(alignment) || alignment < 8 || alignment > 2 ** 20 || alignment % 8 !== 0) throw bad(`its alignment is ${alignment}.`)
  const dataStart = Math.ceil(front.at / alignment) * alignment
  const tensors = new Map<string, GgufEntry>()
  for (const { name, type, shape, offset } of listed) {
    const { block } = tensorTypes[type]
    const bytes = tensorBytes(type, shape)
    const [start, end] = [dataStart + offset, dataStart + offset + bytes]
    if (!Number.isSafeInteger(bytes) || shape.at(-1)! % block !== 0) throw bad(`the tensor ${JSON.stringify(name)} of shape [${shape.join(', ')}] does not hold whole blocks of ${type}.`)
    if (offset % alignment !== 0) throw bad(`the tensor ${JSON.stringify(name)} is not aligned.`)
    if (end > source.size) throw bad(`the tensor ${JSON.stringify(name)} ends at byte ${end}, but the file has only ${source.size}.`, 'The download or copy was cut short; get the file again.')
    tensors.set(name, { name, type, shape, start, end })
  }
  return { metadata, tensors }
}

const SIZES: Readonly<Record<Exclude<ValueType, 'string'>, number>> = { u8: 1, i8: 1, bool: 1, u16: 2, i16: 2, u32: 4, i32: 4, f32: 4, u64: 8, i64: 8, f64: 8 }

/** Reads forward, a piece at a time. */
class Front {
  /** Of the next byte, in the file. */
  at = 0
  private piece = new Uint8Array(0)
  private start = 0
  constructor(private readonly source: ByteSource, private readonly bad: (what: string, hint?: string) => Fault) {}

  /** Where the next `count` bytes are in the piece. */
  private async need(count: number): Promise<number> {
    const end = this.at + count
    if (end > this.source.size) throw this.bad(`its header goes beyond its ${this.source.size} bytes.`, 'The download or copy was cut short; get the file again.')
    if (end > MAX_HEADER) throw this.bad('its header is larger than any model’s.')
    if (end > this.start + this.piece.length) {
      this.piece = await this.source.read(this.at, Math.min(this.source.size, Math.max(end, this.at + PIECE)))
      this.start = this.at
    }
    const within = this.at - this.start
    this.at = end
    return within
  }

  async text(count: number): Promise<string> {
    const within = await this.need(count)
    try {
      return fromUtf8(this.piece.subarray(within, within + count))
    } catch {
      throw this.bad('a text in its header is not UTF-8.')
    }
  }

  async string(): Promise<string> {
    const length = await this.number('u64')
    if (length > MAX_TEXT) throw this.bad(`a text in its header claims ${length} bytes.`)
    return this.text(length)
  }

  async number(type: Exclude<ValueType, 'string'>): Promise<number> {
    const within = await this.need(SIZES[type])
    return read(new DataView(this.piece.buffer, this.piece.byteOffset), within, type)
  }

  async value(key: string): Promise<GgufValue> {
    const id = await this.number('u32')
    const type = typeOfValue.get(id === ARRAY_TYPE ? await this.number('u32') : id)
    if (!type) throw this.bad(`the metadata ${JSON.stringify(key)} has no known type.`)
    if (id !== ARRAY_TYPE) return { type, value: await this.scalar(type) }
    const count = await this.number('u64')
    if (count > MAX_LIST || count > this.source.size - this.at) throw this.bad(`the metadata ${JSON.stringify(key)} claims a list of ${count}.`)
    const value: Scalar[] = []
    if (type === 'string') for (let i = 0; i < count; i++) value.push(await this.string())
    else {
      const size = SIZES[type]
      // In runs, because a promise for each number of a vocabulary takes seconds.
      for (let done = 0; done < count; ) {
        const run = Math.min(count - done, PIECE / size)
        const within = await this.need(run * size)
        const view = new DataView(this.piece.buffer, this.piece.byteOffset)
        for (let i = 0; i < run; i++) value.push(type === 'bool' ? read(view, within + i, type) !== 0 : read(view, within + i * size, type))
        done += run
      }
    }
    return { type, value }
  }

  private async scalar(type: ValueType): Promise<Scalar> {
    if (type === 'string') return this.string()
    const found = await this.number(type)
    return type === 'bool' ? found !== 0 : found
  }
}

function read(view: DataView, at: number, type: Exclude<ValueType, 'string'>): number {
  switch (type) {
    case 'u8':
    case 'bool':
      return view.getUint8(at)
    case 'i8':
      return view.getInt8(at)
    case 'u16':
      return view.getUint16(at, true)
    case 'i16':
      return view.getInt16(at, true)
    case 'u32':
      return view.getUint32(at, true)
    case 'i32':
      return view.getInt32(at, true)
    case 'f32':
      return view.getFloat32(at, true)
    case 'f64':
      return view.getFloat64(at, true)
    case 'u64':
      return Number(view.getBigUint64(at, true))
    case 'i64':
      return Number(view.getBigInt64(at, true))
  }
}
