// The writing half of the GGUF format: header, metadata, table of tensors, then their data, each aligned. Tensors are never
// held: their bytes pass through.
import { concat, utf8 } from '../../lib/bytes.ts'
import { Fault } from '../../protocol/failure.ts'
import type { StreamedFile } from '../zip.ts'
import { ARRAY_TYPE, GGUF_ALIGNMENT, GGUF_VERSION, tensorBytes, tensorTypes, valueTypes, type GgufMetadata, type GgufValue, type Scalar, type TensorType, type ValueType } from './ggufTypes.ts'

export interface GgufTensor {
  readonly name: string
  readonly type: TensorType
  /** Outermost dimension first, as torch says it; the file has them the other way round. */
  readonly shape: readonly number[]
  stream(): AsyncIterable<Uint8Array>
}

export function writeGguf(metadata: GgufMetadata, tensors: readonly GgufTensor[]): StreamedFile {
  const padding = (bytes: number): number => (GGUF_ALIGNMENT - (bytes % GGUF_ALIGNMENT)) % GGUF_ALIGNMENT
  const parts: Uint8Array[] = [utf8('GGUF'), integer(4, GGUF_VERSION), integer(8, tensors.length), integer(8, metadata.size)]
  for (const [key, value] of metadata) parts.push(text(key), encoded(value))
  let at = 0
  for (const { name, type, shape } of tensors) {
    parts.push(text(name), integer(4, shape.length), ...shape.toReversed().map((d) => integer(8, d)), integer(4, tensorTypes[type].id), integer(8, at))
    const bytes = tensorBytes(type, shape)
    if (!Number.isInteger(bytes)) throw new Fault('internal', `Rows of ${name} do not hold whole blocks of ${type}.`, 'Report this; the file was not written.')
    at += bytes + padding(bytes)
  }
  const head = concat(parts)
  const gap = padding(head.length)
  return {
    size: head.length + gap + at,
    async *stream() {
      yield head
      if (gap > 0) yield new Uint8Array(gap)
      for (const t of tensors) {
        const bytes = tensorBytes(t.type, t.shape)
        let written = 0
        for await (const chunk of t.stream()) {
          written += chunk.length
          yield chunk
        }
        if (written !== bytes) throw new Fault('internal', `The tensor ${t.name} needs ${bytes} bytes, but ${written} were given.`, 'Report this; the file was not written.')
        if (padding(bytes) > 0) yield new Uint8Array(padding(bytes))
      }
    },
  }
}

function integer(bytes: 4 | 8, value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(bytes))
  if (bytes === 4) view.setUint32(0, value, true)
  else view.setBigUint64(0, BigInt(value), true)
  return new Uint8Array(view.buffer)
}

function text(value: string): Uint8Array {
  const bytes = utf8(value)
  return concat([integer(8, bytes.length), bytes])
}

function encoded({ type, value }: GgufValue): Uint8Array {
  if (!Array.isArray(value)) return concat([integer(4, valueTypes[type]), scalar(type, value as Scalar)])
  const values = value as readonly Scalar[]
  return concat([integer(4, ARRAY_TYPE), integer(4, valueTypes[type]), integer(8, values.length), ...values.map((v) => scalar(type, v))])
}

function scalar(type: ValueType, value: Scalar): Uint8Array {
  switch (type) {
    case 'string':
      return text(String(value))
    case 'u8':
    case 'i8':
    case 'bool':
      return Uint8Array.of(Number(value))
    case 'u16':
    case 'i16':
      return new Uint8Array(Uint16Array.of(Number(value)).buffer)
    case 'u32':
    case 'i32':
      return new Uint8Array(Int32Array.of(Number(value)).buffer)
    case 'f32':
      return new Uint8Array(Float32Array.of(Number(value)).buffer)
    case 'f64':
      return new Uint8Array(Float64Array.of(Number(value)).buffer)
    case 'u64':
    case 'i64':
      return new Uint8Array(BigInt64Array.of(BigInt(Number(value))).buffer)
  }
}
