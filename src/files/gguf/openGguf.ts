// A GGUF file as a base: configuration and tokenizer from its metadata, tensors under the checkpoint's own names and in its own
// order of rows. Blocks are there as they are, for the GPU, and become halves (vectors floats) for whoever reads values.
import { hex, utf8 } from '../../lib/bytes.ts'
import { f32ToF16 } from '../../lib/halfFloat.ts'
import { Sha256 } from '../../lib/sha256.ts'
import { Fault } from '../../protocol/failure.ts'
import type { JsonObject } from '../../protocol/record.ts'
import { hashSource, type ByteSource } from '../byteSource.ts'
import { toF32 } from '../dtype.ts'
import type { ModelFolder, TensorEntry } from '../modelFolder.ts'
import { dequantize } from './dequantize.ts'
import { checkpointName, ggufName, type GgufLayout } from './ggufNames.ts'
import { tensorTypes } from './ggufTypes.ts'
import { readGguf, type GgufEntry } from './readGguf.ts'
import { readGgufConfig } from './readGgufConfig.ts'
import { readGgufTokenizer } from './readGgufTokenizer.ts'

/** Values that are read at a time: whole blocks of every type, 4 MiB as floats. */
const PIECE = 2 ** 20
/** Not weights: what the configuration says in another way. */
const DERIVED = new Set(['rope_freqs.weight'])

export async function openGguf(source: ByteSource): Promise<ModelFolder> {
  const file = await readGguf(source)
  const factors = file.tensors.get('rope_freqs.weight')
  const config = readGgufConfig(file, factors && dequantize(await source.read(factors.start, factors.end), factors.type))
  const modelType = String(config['model_type'])
  const tensors = new Map<string, TensorEntry>()
  const unknown: string[] = []
  for (const entry of file.tensors.values()) {
    const name = checkpointName(entry.name, modelType)
    if (name !== undefined) tensors.set(name, tensorEntry(source, entry, name, ggufName(name, modelType, config)!))
    else if (!DERIVED.has(entry.name)) unknown.push(entry.name)
  }
  if (unknown.length > 0)
    throw new Fault('bad-model', `This GGUF file has ${unknown.length === 1 ? 'a tensor' : `${unknown.length} tensors`} that ${modelType} models do not have here, ${unknown[0]} first.`, 'Choose the model’s Hugging Face folder, or another model.', unknown.join('\n'))
  const [bytes, parameters] = [...tensors.values()].reduce(([b, p], t) => [b + t.bytes, p + t.shape.reduce((n, d) => n * d, 1)], [0, 0])
  const licence = file.metadata.get('general.license')?.value
  const generationConfig: JsonObject = { eos_token_id: [file.metadata.get('tokenizer.ggml.eos_token_id')?.value, file.metadata.get('tokenizer.ggml.eot_token_id')?.value].filter((id) => typeof id === 'number') }
  return {
    config,
    modelType,
    tensors,
    bytes,
    parameters,
    ...readGgufTokenizer(file.metadata),
    generationConfig,
    ...(typeof licence === 'string' && licence !== '' && { licence: { id: licence } }),
    files: new Map([[source.name.split('/').at(-1)!, source]]),
    async hash(hashOf = hashSource) {
      const hash = new Sha256()
      hash.update(utf8(`model.gguf ${await hashOf(source)}\n`))
      return hex(hash.digest())
    },
  }
}

function tensorEntry(source: ByteSource, { type, shape: stored, start, end }: GgufEntry, name: string, layout: GgufLayout): TensorEntry {
  const shape = layout.transposed ? stored.toReversed() : stored
  const dtype = type === 'F32' || shape.length < 2 ? 'F32' : type === 'BF16' ? 'BF16' : 'F16'
  const asItLies = !layout.rows && !layout.transposed && layout.plus === undefined
  const count = shape.reduce((n, d) => n * d, 1)
  const packed = (values: Float32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => new Uint8Array(dtype === 'F32' ? values.buffer : f32ToF16(values).buffer)
  async function* stream(): AsyncIterable<Uint8Array<ArrayBuffer>> {
    if (asItLies && type === dtype) return yield* source.stream(start, end)
    if (!asItLies) {
      // Rows that change places need the whole tensor.
      yield* slices(await whole(), 4 * 2 ** 20)
      return
    }
    const { block, bytes } = tensorTypes[type]
    for (let at = 0; at < count; at += PIECE) {
      const until = Math.min(count, at + PIECE)
      yield packed(dequantize(await source.read(start + (at / block) * bytes, start + (until / block) * bytes), type))
    }
  }
  async function whole(): Promise<Uint8Array<ArrayBuffer>> {
    if (asItLies && type === dtype) return source.read(start, end)
    if (dtype === 'BF16') return new Uint8Array(inverse(new Uint16Array((await source.read(start, end)).buffer), stored, layout).buffer)
    return packed(await values())
  }
  async function values(): Promise<Float32Array<ArrayBuffer>> {
    const read = dequantize(await source.read(start, end), type)
    if (asItLies) return read
    const found = inverse(read, stored, layout)
    if (layout.plus !== undefined) for (let i = 0; i < found.length; i++) found[i] -= layout.plus
    return found
  }
  const entry = { name, dtype, shape, bytes: count * (dtype === 'F32' ? 4 : 2), stream, read: whole, readF32: async () => (dtype === 'BF16' ? toF32(await whole(), dtype, name) : values()) } as const
  if (type === 'F32' || type === 'F16' || type === 'BF16' || shape.length < 2 || layout.transposed || layout.plus !== undefined) return entry
  const { block, bytes: size } = tensorTypes[type]
  async function* blocks(): AsyncIterable<Uint8Array<ArrayBuffer>> {
    if (layout.rows) return yield* slices(inverse(await source.read(start, end), stored, layout), (PIECE / block) * size)
    for (let at = start; at < end; at += (PIECE / block) * size) yield source.read(at, Math.min(end, at + (PIECE / block) * size))
  }
  return { ...entry, blocks: { type, stream: blocks } }
}

function* slices(bytes: Uint8Array<ArrayBuffer>, size: number): Iterable<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size)
}

/** llama.cpp's rows in the checkpoint's order; of blocks, the bytes of each row. */
function inverse<T extends Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint8Array<ArrayBuffer>>(given: T, shape: readonly number[], { rows, transposed }: GgufLayout): T {
  const [out] = shape
  const width = given.length / out
  let values = given
  if (rows) {
    values = given.slice() as T
    for (let r = 0; r < out; r++) values.set(given.subarray(r * width, (r + 1) * width), rows[r] * width)
  }
  if (!transposed) return values
  const turned = values.slice() as T
  for (let r = 0; r < out; r++) for (let c = 0; c < width; c++) turned[c * out + r] = values[r * width + c]
  return turned
}
