// The table of tensors of a model folder, from one weight file or several. Reads only headers; each tensor streams its
// own bytes when asked. Everything wrong is added to the caller's list, so that one message can name it all.
import { Fault } from '../protocol/failure.ts'
import type { ByteSource } from './byteSource.ts'
import { toF32, type DType } from './dtype.ts'
import { readHeader } from './safetensors.ts'
import { shardNames } from './shardIndex.ts'

export interface TensorEntry {
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly bytes: number
  /** The file's bytes in order, in chunks of whole elements and at most 4 MiB. */
  stream(): AsyncIterable<Uint8Array<ArrayBuffer>>
  /** All bytes at once: for small tensors. */
  read(): Promise<Uint8Array<ArrayBuffer>>
  readF32(): Promise<Float32Array<ArrayBuffer>>
  /** Where the file has blocks of a GGUF type, which `stream` and `read` widen: these, whole ones, in the tensor's order. */
  readonly blocks?: { readonly type: 'Q8_0' | 'Q4_0' | 'Q4_K' | 'Q6_K'; stream(): AsyncIterable<Uint8Array<ArrayBuffer>> }
}

export async function readTensors(
  files: ReadonlyMap<string, ByteSource>,
  problems: string[],
): Promise<{ tensors: Map<string, TensorEntry>; shards: readonly string[] }> {
  const tensors = new Map<string, TensorEntry>()
  const index = await shardNames(files, problems)
  const missing = index.shards.filter((s) => !files.has(s))
  if (missing.length > 0) problems.push(`Missing weight files: ${missing.join(', ')}.`)
  for (const shard of index.shards) {
    const source = files.get(shard)
    if (!source) continue
    const header = await readHeader(source).catch((error: unknown) => {
      if (!(error instanceof Fault)) throw error
      problems.push(error.message)
      return undefined
    })
    for (const { name, dtype, shape, start, end } of header?.entries.values() ?? []) {
      if (tensors.has(name)) problems.push(`Tensor ${name} is in more than one weight file.`)
      const read = () => source.read(start, end)
      tensors.set(name, {
        name,
        dtype,
        shape,
        bytes: end - start,
        read,
        // Chunks of 4 MiB counted from the tensor's own start hold whole elements of every type.
        stream: () => source.stream(start, end),
        readF32: async () => toF32(await read(), dtype, `Tensor ${name}`),
      })
    }
  }
  if (missing.length === 0 && problems.length === 0) {
    const absent = [...index.names].filter((n) => !tensors.has(n))
    if (absent.length > 0)
      problems.push(`The index lists ${absent.length} tensors that no weight file holds, ${absent[0]} first.`)
  }
  return { tensors, shards: index.shards }
}
