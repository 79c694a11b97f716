// Frozen base tensors on the GPU, by name, uploaded once and shared by every recording. Streams: a file is never whole in
// JavaScript memory. Matrices keep the 16 bits or the blocks of their file, or are quantised on the way; vectors become f32.
import { readNow } from '../engine/readback.ts'
import type { Placed } from '../engine/record.ts'
import { packValues } from '../engine/pack.ts'
import { Quantizer, type FloatType } from '../engine/quantizer.ts'
import type { Family } from '../families/family.ts'
import { toF32 } from '../files/dtype.ts'
import { quantizeQ8 } from '../files/gguf/quantizeQ8.ts'
import type { ModelFolder, TensorEntry } from '../files/modelFolder.ts'
import type { Memory } from '../gpu/memory.ts'
import type { Pipelines } from '../gpu/pipelines.ts'
import { isBlockType } from '../graph/blocks.ts'
import { unpackBlocks, type Quantized } from '../graph/packBlocks.ts'
import { sameShape, showShape, sizeOf } from '../graph/shape.ts'
import { bytesOf, type DType } from '../graph/tensor.ts'
import { Fault } from '../protocol/failure.ts'
import { blockWrites } from './blockWrites.ts'
import type { Outline, WeightEntry } from './census.ts'
import type { Kept } from './keptAs.ts'

/** What says how a base's tensors are kept: its files, and what its matrices are brought into. */
export interface Stored {
  readonly folder: ModelFolder
  readonly family: Family
  readonly outline: Pick<Outline, 'linears' | 'head'>
  readonly kept: Kept
}

/** Bytes handed to the queue between waits, so that staging memory stays small. */
const IN_FLIGHT = 64 * 2 ** 20

export type Progress = (done: number, total: number) => void

export class Weights {
  private readonly placed = new Map<string, Placed>()
  private readonly owned: GPUBuffer[] = []
  private inFlight = 0
  /** Tensors that are not those of the folder that was given first. */
  private altered: ReadonlySet<string> = new Set()
  private readonly quantizer: Quantizer
  private folder: ModelFolder
  constructor(
    private readonly memory: Memory,
    pipelines: Pipelines,
    private readonly model: Stored,
  ) {
    this.folder = model.folder
    this.quantizer = new Quantizer(memory, pipelines)
  }

  /** Where every loaded tensor is. */
  get shared(): ReadonlyMap<string, Placed> {
    return this.placed
  }

  /** A base tensor as f32, for trainable copies and merging. */
  async readF32(name: string): Promise<Float32Array> {
    return this.entry(name)!.readF32()
  }

  /** The same as it is on the GPU, rounded to the blocks that hold it there. */
  async readKept(name: string): Promise<Float32Array> {
    const place = this.placed.get(name)
    const dtype = matrixType(this.model, name)
    if (!place || !isBlockType(dtype)) return this.readF32(name)
    const [bytes] = await readNow(this.memory, [place])
    return unpackBlocks(new Uint8Array(bytes), dtype, sizeOf(this.entry(name)!.shape))
  }

  /**
   * Goes over to another folder with the same tensors: adapters merged in, or the base again. What differs from the folder
   * that was given first is uploaded anew, into the buffers that recordings bind.
   */
  async swap(folder: ModelFolder, changed: ReadonlySet<string>, manifest: readonly WeightEntry[]): Promise<void> {
    const before = { folder: this.folder, altered: this.altered }
    const upload = async (from: ModelFolder, names: ReadonlySet<string>): Promise<void> => {
      this.folder = from
      for (const e of manifest) {
        const place = names.has(e.name) ? this.placed.get(e.name) : undefined
        if (place) await this.upload(e, place.buffer)
      }
    }
    for (const e of manifest)
      if (changed.has(e.name) && this.placed.has(e.name) && isReadOnly(typeOf(this.model, e)) && !findTensor(folder, this.model.family, e.name)?.blocks)
        throw new Fault('bad-adapter', `${e.name} lies on the GPU in the blocks of its GGUF file, and a merged adapter does not fit those.`, 'Keep the adapter attached, which answers alike, or download it merged as GGUF, where the changed layers get 8 bits.')
    this.altered = new Set([...before.altered, ...changed])
    try {
      await upload(folder, this.altered)
      this.altered = changed
    } catch (error) {
      await upload(before.folder, this.altered)
      this.altered = before.altered
      throw error
    } finally {
      await this.quantizer.release()
    }
  }

  /** Uploads what is not there yet. */
  async load(entries: readonly WeightEntry[], onProgress: Progress = () => undefined): Promise<void> {
    const missing = entries.filter((e) => !this.placed.has(e.name))
    const total = weightBytes(this.model, missing)
    const buffers = await this.memory.allocate(missing.map((e) => ({ label: e.name, bytes: this.bytesOf(e), memory: 'weights' as const })))
    this.owned.push(...buffers)
    let done = 0
    try {
      for (const [i, e] of missing.entries()) {
        await this.upload(e, buffers[i])
        onProgress((done += this.bytesOf(e)), total)
        this.placed.set(e.name, { buffer: buffers[i], offset: 0, size: this.bytesOf(e) })
      }
    } finally {
      await this.quantizer.release()
    }
  }

  private async upload(e: WeightEntry, buffer: GPUBuffer): Promise<void> {
    const { queue } = this.memory.device
    const entry = this.entry(e.name)!
    const to = typeOf(this.model, e)
    const from = (['F32', 'F16', 'BF16'] as const).find((t): t is FloatType => t === entry.dtype)
    if (isQuantized(to)) {
      const chunks = from ? entry.stream() : [new Uint8Array((await entry.readF32()).buffer)]
      return this.quantizer.write({ chunks, from: from ?? 'F32', to, shape: e.shape, into: buffer })
    }
    if (isBlockType(to)) {
      // Adapters merged in have no blocks yet.
      const chunks = entry.blocks?.stream() ?? [quantizeQ8(await entry.readF32())]
      for await (const { at, bytes } of blockWrites(to, e.shape, chunks)) {
        queue.writeBuffer(buffer, at, bytes)
        await this.sent(bytes.byteLength)
      }
      return
    }
    if (e.role !== 'matrix' || !from) {
      queue.writeBuffer(buffer, 0, packValues(await entry.readF32(), to))
      return
    }
    let at = 0
    for await (const chunk of entry.stream()) {
      const whole = from.toLowerCase() === to ? padded(chunk) : packValues(toF32(chunk, from), to)
      queue.writeBuffer(buffer, at, whole)
      at += whole.byteLength
      await this.sent(whole.byteLength)
    }
  }

  private async sent(bytes: number): Promise<void> {
    this.inFlight += bytes
    if (this.inFlight <= IN_FLIGHT) return
    await this.memory.device.queue.onSubmittedWorkDone()
    this.inFlight = 0
  }

  dispose(): void {
    this.memory.free(this.owned)
    this.owned.length = 0
    this.placed.clear()
  }

  private bytesOf(entry: WeightEntry): number {
    return weightBytes(this.model, [entry])
  }

  private entry(name: string): TensorEntry | undefined {
    return findTensor(this.folder, this.model.family, name)
  }
}

/** The checkpoint's tensor of a traced name. */
export function findTensor({ tensors }: ModelFolder, family: Family, name: string): TensorEntry | undefined {
  for (const candidate of [name, ...(family.aliases?.(name) ?? [])]) {
    const entry = tensors.get(candidate)
    if (entry) return entry
  }
  return undefined
}

/** GGUF's types as they are on the GPU. */
const fileBlocks = { Q8_0: 'q8_0', Q4_0: 'q4_0', Q4_K: 'q4_k', Q6_K: 'q6_k' } as const
/** Blocks that nothing is brought into here. */
const isReadOnly = (dtype: DType): boolean => dtype === 'q4_0' || dtype === 'q4_k' || dtype === 'q6_k'
const isQuantized = (dtype: DType): dtype is Quantized => dtype === 'int8' || dtype === 'nf4' || dtype === 'nf4_double'

/**
 * How a matrix is kept on the GPU: as its file has it, unless the recipe says otherwise. What is quantised are the linear
 * layers but the head, as bitsandbytes does; the head often is the embedding, and both stay floats, or blocks of a file.
 */
export function matrixType({ folder, family, outline: { linears, head }, kept: { quantization, floats } }: Stored, name: string): DType {
  const path = name.replace(/\.weight$/, '')
  if (quantization && path !== name && path !== head && linears.includes(path)) return quantization
  const { dtype, blocks } = findTensor(folder, family, name) ?? {}
  if (blocks) return fileBlocks[blocks.type]
  if (floats) return floats
  return dtype === 'F16' ? 'f16' : dtype === 'BF16' ? 'bf16' : 'f32'
}

/** Vectors become f32. */
const typeOf = (model: Stored, { name, role }: WeightEntry): DType => (role === 'matrix' ? matrixType(model, name) : 'f32')

/** Whole bytes of the given tensors on the GPU. */
export const weightBytes = (model: Stored, entries: readonly WeightEntry[]): number =>
  entries.reduce((n, e) => n + bytesOf({ shape: e.shape, dtype: typeOf(model, e) }), 0)

/** Every mismatch at once: a person fixes a folder in one go. */
export function checkWeights(folder: ModelFolder, family: Family, manifest: readonly WeightEntry[]): void {
  const problems: string[] = []
  for (const { name, shape } of manifest) {
    const entry = findTensor(folder, family, name)
    if (!entry) problems.push(`${name} is missing`)
    else if (!sameShape(entry.shape, shape)) problems.push(`${name} is ${showShape(entry.shape)}, expected ${showShape(shape)}`)
    else if (!['F64', 'F32', 'F16', 'BF16'].includes(entry.dtype)) problems.push(`${name} is stored as ${entry.dtype}, expected F32, F16 or BF16`)
  }
  if (problems.length === 0) return
  const shown = problems.slice(0, 3).join('; ')
  const more = problems.length > 3 ? `, and ${problems.length - 3} more` : ''
  throw new Fault('bad-model', `The weights do not fit config.json of this ${family.id} model: ${shown}${more}.`, 'Use a complete, unmodified checkpoint whose config.json and safetensors belong together.', problems.join('\n'))
}

/** writeBuffer wants whole words; the last 16-bit element of an odd tensor stands alone. */
function padded(chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  if (chunk.byteLength % 4 === 0) return chunk as Uint8Array<ArrayBuffer>
  const whole = new Uint8Array(Math.ceil(chunk.byteLength / 4) * 4)
  whole.set(chunk)
  return whole
}
