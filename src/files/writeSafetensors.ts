// The writing half of the safetensors format. Equal tensors give equal bytes: sorted by type and name as the
// reference writer does, metadata sorted by key, header padded with spaces to 8 bytes.
import { compareUtf8, concat, utf8 } from '../lib/bytes.ts'
import { Fault } from '../protocol/failure.ts'
import { dtypeBytes, type DType } from './dtype.ts'

export interface OutTensor {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly data: Uint8Array
}
/** A tensor whose bytes are produced while the file is written. */
export interface StreamedTensor {
  readonly dtype: DType
  readonly shape: readonly number[]
  stream(): AsyncIterable<Uint8Array>
}
type Metadata = Readonly<Record<string, string>>
type Described = { readonly dtype: DType; readonly shape: readonly number[] }

export function writeSafetensors(tensors: ReadonlyMap<string, OutTensor>, metadata: Metadata = {}): Uint8Array<ArrayBuffer> {
  const order = sorted(tensors)
  for (const [name, t] of order) checkLength(name, t, t.data.length)
  return concat([header(order, metadata), ...order.map(([, t]) => t.data)])
}

/** The same bytes, without ever holding more than one chunk of one tensor. */
export async function* streamSafetensors(
  tensors: ReadonlyMap<string, StreamedTensor>,
  metadata: Metadata = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const order = sorted(tensors)
  yield header(order, metadata)
  for (const [name, t] of order) {
    let written = 0
    for await (const chunk of t.stream()) {
      written += chunk.length
      yield chunk
    }
    checkLength(name, t, written)
  }
}

/** Size of the file that `streamSafetensors` writes. */
export function safetensorsBytes(tensors: ReadonlyMap<string, Described>, metadata: Metadata = {}): number {
  const order = sorted(tensors)
  return order.reduce((n, [, t]) => n + byteLength(t), header(order, metadata).length)
}

const byteLength = (t: Described): number => t.shape.reduce((n, d) => n * d, dtypeBytes[t.dtype])

function checkLength(name: string, t: Described, found: number): void {
  if (found === byteLength(t)) return
  const what = `${t.dtype} tensor ${name} of shape [${t.shape.join(', ')}]`
  throw new Fault(
    'internal',
    `The ${what} needs ${byteLength(t)} bytes, but ${found} were given.`,
    'Report this; the file was not written.',
  )
}

const rank = Object.fromEntries(Object.keys(dtypeBytes).map((d, i) => [d, i]))

function sorted<T extends Described>(tensors: ReadonlyMap<string, T>): [string, T][] {
  return [...tensors].sort(([a, x], [b, y]) => (rank[x.dtype] ?? 0) - (rank[y.dtype] ?? 0) || compareUtf8(a, b))
}

function header(order: readonly (readonly [string, Described])[], metadata: Metadata): Uint8Array<ArrayBuffer> {
  // Text is joined by hand, because an object would reorder names that look like numbers.
  const parts: string[] = []
  const notes = Object.entries(metadata).sort(([a], [b]) => compareUtf8(a, b))
  if (notes.length > 0)
    parts.push(`"__metadata__":{${notes.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`).join(',')}}`)
  let at = 0
  for (const [name, t] of order) {
    if (name === '__metadata__') throw new Fault('internal', 'A tensor may not be called __metadata__.', 'Rename the tensor.')
    const end = at + byteLength(t)
    parts.push(`${JSON.stringify(name)}:{"dtype":"${t.dtype}","shape":[${t.shape.join(',')}],"data_offsets":[${at},${end}]}`)
    at = end
  }
  const json = utf8(`{${parts.join(',')}}`)
  const out = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20)
  new DataView(out.buffer).setBigUint64(0, BigInt(out.length - 8), true)
  out.set(json, 8)
  return out
}
