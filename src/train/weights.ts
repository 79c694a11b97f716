// Frozen base tensors on the GPU, by name, uploaded once and shared by every recording. Streams: a file is never whole in
// JavaScript memory. Matrices keep the 16 bits of their file; vectors become f32.
import type { Placed } from '../engine/record.ts'
import { packValues } from '../engine/pack.ts'
import type { Family } from '../families/family.ts'
import type { ModelFolder, TensorEntry } from '../files/modelFolder.ts'
import type { Memory } from '../gpu/memory.ts'
import { sameShape, showShape, sizeOf } from '../graph/shape.ts'
import type { DType } from '../graph/tensor.ts'
import { Fault } from '../protocol/failure.ts'
import type { WeightEntry } from './census.ts'

/** Bytes handed to the queue between waits, so that staging memory stays small. */
const IN_FLIGHT = 64 * 2 ** 20

export type Progress = (done: number, total: number) => void

export class Weights {
  private readonly placed = new Map<string, Placed>()
  private readonly owned: GPUBuffer[] = []
  constructor(
    private readonly memory: Memory,
    private readonly folder: ModelFolder,
    private readonly family: Family,
  ) {}

  /** Where every loaded tensor is. */
  get shared(): ReadonlyMap<string, Placed> {
    return this.placed
  }

  /** A base tensor as f32, for trainable copies and merging. */
  async readF32(name: string): Promise<Float32Array> {
    return this.entry(name)!.readF32()
  }

  /** Uploads what is not there yet. */
  async load(entries: readonly WeightEntry[], onProgress: Progress = () => undefined): Promise<void> {
    const missing = entries.filter((e) => !this.placed.has(e.name))
    const total = weightBytes(this.folder, this.family, missing)
    const buffers = await this.memory.allocate(missing.map((e) => ({ label: e.name, bytes: this.bytesOf(e), memory: 'weights' as const })))
    this.owned.push(...buffers)
    const { queue } = this.memory.device
    let done = 0
    let inFlight = 0
    for (const [i, e] of missing.entries()) {
      const entry = this.entry(e.name)!
      if (e.role === 'matrix' && (entry.dtype === 'F32' || entry.dtype === 'F16' || entry.dtype === 'BF16')) {
        let at = 0
        for await (const chunk of entry.stream()) {
          const whole = padded(chunk)
          queue.writeBuffer(buffers[i], at, whole)
          at += chunk.byteLength
          done += chunk.byteLength
          inFlight += whole.byteLength
          if (inFlight > IN_FLIGHT) {
            await queue.onSubmittedWorkDone()
            inFlight = 0
          }
          onProgress(done, total)
        }
      } else {
        queue.writeBuffer(buffers[i], 0, packValues(await entry.readF32(), 'f32'))
        done += this.bytesOf(e)
        onProgress(done, total)
      }
      this.placed.set(e.name, { buffer: buffers[i], offset: 0, size: this.bytesOf(e) })
    }
  }

  dispose(): void {
    this.memory.free(this.owned)
    this.owned.length = 0
    this.placed.clear()
  }

  private bytesOf(entry: WeightEntry): number {
    return weightBytes(this.folder, this.family, [entry])
  }

  private entry(name: string): TensorEntry | undefined {
    return findTensor(this.folder, this.family, name)
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

/** How a matrix is kept on the GPU: as its file has it. */
export function matrixType(folder: ModelFolder, family: Family, name: string): DType {
  const dtype = findTensor(folder, family, name)?.dtype
  return dtype === 'F16' ? 'f16' : dtype === 'BF16' ? 'bf16' : 'f32'
}

/** Whole bytes of the given tensors on the GPU. */
export function weightBytes(folder: ModelFolder, family: Family, entries: readonly WeightEntry[]): number {
  const bytesOf = ({ name, shape, role }: WeightEntry): number =>
    role === 'matrix' && matrixType(folder, family, name) !== 'f32' ? Math.ceil(sizeOf(shape) / 2) * 4 : sizeOf(shape) * 4
  return entries.reduce((n, e) => n + bytesOf(e), 0)
}

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
