// The flat parameter buffers on the GPU (value, gradient, both moments), and the way between them and named tensors.
import { readNow } from '../engine/readback.ts'
import type { Placed } from '../engine/record.ts'
import type { Memory } from '../gpu/memory.ts'
import { normal, streamOf, uniform } from '../lib/rng.ts'
import type { Layout, Window } from './layout.ts'
import { leadingParts } from './leadingPart.ts'

/** Those of every run; methods and options add states of their own. */
const FLAT = ['values', 'gradient', 'm', 'v'] as const

export class Params {
  private constructor(
    private readonly memory: Memory,
    readonly layout: Layout,
    private readonly placed: Map<string, Placed>,
  ) {}

  static async make(memory: Memory, layout: Layout): Promise<Params> {
    const params = new Params(memory, layout, new Map())
    await params.add(new Map(FLAT.map((name) => [name, layout.length])))
    return params
  }

  /** Makes room for further states of a run, by name and elements; they start as zeros. Those that exist stay. */
  async add(states: ReadonlyMap<string, number>): Promise<void> {
    const missing = [...states].filter(([name]) => !this.placed.has(name))
    const buffers = await this.memory.allocate(missing.map(([label, length]) => ({ label, bytes: length * 4, memory: 'trainable' as const })))
    missing.forEach(([name, length], i) => this.placed.set(name, { buffer: buffers[i], offset: 0, size: length * 4 }))
  }

  get shared(): ReadonlyMap<string, Placed> {
    return this.placed
  }

  /** What a run needs to go on exactly where it was: everything but the gradient, which an update leaves empty. */
  get lasting(): string[] {
    return [...this.placed.keys()].filter((name) => name !== 'gradient')
  }

  write(which: string, values: Float32Array): void {
    this.memory.device.queue.writeBuffer(this.placed.get(which)!.buffer, 0, values as Float32Array<ArrayBuffer>)
  }

  async read(which: string): Promise<Float32Array<ArrayBuffer>> {
    const [bytes] = await readNow(this.memory, [this.placed.get(which)!])
    return new Float32Array(bytes)
  }

  /** One flat buffer becomes equal to another. */
  copy(from: string, to: string): void {
    const { device } = this.memory
    const encoder = device.createCommandEncoder()
    const [source, target] = [this.placed.get(from)!, this.placed.get(to)!]
    encoder.copyBufferToBuffer(source.buffer, 0, target.buffer, 0, target.size)
    device.queue.submit([encoder.finish()])
  }

  dispose(): void {
    this.memory.free([...this.placed.values()].map((p) => p.buffer))
  }
}

/**
 * Fresh values of every window, by its declared initialisation.
 * @param checkpoint reads a base tensor as f32: as its file has it, or as it is computed with
 */
export async function initialValues(layout: Layout, seed: number, checkpoint: (name: string, as?: 'kept') => Promise<Float32Array>): Promise<Float32Array<ArrayBuffer>> {
  const flat = new Float32Array(layout.length)
  const leadingPart = leadingParts(checkpoint)
  for (const w of layout.windows.values()) {
    const stream = streamOf(w.key)
    const { init } = w
    const stored = new Float32Array(w.size)
    switch (init.kind) {
      case 'checkpoint':
        stored.set(await checkpoint(init.name))
        break
      case 'zeros':
      case 'texts': // the mounted base reads those: see freshValues.ts
        break
      case 'ones':
        stored.fill(1)
        break
      case 'constant':
        stored.fill(init.value)
        break
      case 'sampled rows': {
        const table = await checkpoint(init.name)
        copyRows(stored, table, init.width, (row) => Math.floor(uniform(seed, stream, row) * (table.length / init.width)))
        break
      }
      case 'rows':
        copyRows(stored, await checkpoint(init.name), init.width, (row) => init.ids[row % init.ids.length])
        break
      case 'row norms':
        stored.set(rowNorms(await checkpoint(init.name, 'kept'), w.size, init.stored))
        break
      case 'leading part':
        stored.set(await leadingPart(init))
        break
      case 'uniform':
        for (let i = 0; i < w.size; i++) stored[i] = (2 * uniform(seed, stream, i) - 1) * init.bound
        break
      case 'normal':
        for (let i = 0; i < w.size; i++) stored[i] = normal(seed, stream, i) * init.std
        break
      default:
        throw init satisfies never
    }
    putWindow(flat, w, stored)
  }
  return flat
}

function copyRows(into: Float32Array, table: Float32Array, width: number, from: (row: number) => number): void {
  for (let row = 0; row < into.length / width; row++) into.set(table.subarray(from(row) * width, (from(row) + 1) * width), row * width)
}

function rowNorms(weight: Float32Array, outputs: number, stored: '[out,in]' | '[in,out]'): Float32Array {
  const sums = new Float64Array(outputs)
  const inputs = weight.length / outputs
  weight.forEach((value, i) => (sums[stored === '[out,in]' ? Math.floor(i / inputs) : i % outputs] += value * value))
  return Float32Array.from(sums, Math.sqrt)
}

/** One tensor of a flat buffer, as files store it. */
export function takeWindow(flat: Float32Array, w: Window): Float32Array<ArrayBuffer> {
  const held = flat.slice(w.offset, w.offset + w.size)
  return w.transposed ? transpose(held, w.shape[1], w.shape[0]) : held
}

export function putWindow(flat: Float32Array, w: Window, stored: Float32Array): void {
  flat.set(w.transposed ? transpose(stored, w.shape[0], w.shape[1]) : stored, w.offset)
}

function transpose(x: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const y = new Float32Array(x.length)
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) y[c * rows + r] = x[r * columns + c]
  return y
}
