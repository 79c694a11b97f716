// Turns a plan into a recording: every buffer, pipeline, bind group and parameter made before the first replay.
// A replay only encodes the list again and submits; it allocates nothing, compiles nothing and waits for nothing.
import type { Memory } from '../gpu/memory.ts'
import type { Kernel, Pipelines } from '../gpu/pipelines.ts'
import { packParams } from '../gpu/wgsl.ts'
import type { Dispatch, Sizes } from '../graph/op.ts'
import { bytesOf, storageOf, type Tensor } from '../graph/tensor.ts'
import { Fault } from '../protocol/failure.ts'
import type { Plan } from './plan.ts'
import type { SlotPool } from './slotPool.ts'

export interface Placed {
  readonly buffer: GPUBuffer
  /** Bytes. */
  readonly offset: number
  readonly size: number
}

interface Run {
  readonly kind: 'run'
  readonly label: string
  readonly kernel: Kernel
  readonly group: GPUBindGroup
  readonly workgroups: readonly [number, number, number]
  readonly flops: number
}
interface Copy {
  readonly kind: 'copy'
  readonly label: string
  readonly from: Placed
  readonly to: Placed
  readonly flops: 0
}
export type Command = Run | Copy

export interface Recording {
  readonly plan: Plan
  readonly commands: readonly Command[]
  /** Where a tensor's bytes are. */
  place(t: Tensor): Placed
  /** Frees what this recording alone owns: slots, inputs, constants and parameters. */
  dispose(): void
}

/** Buffers that outlive one recording: those of weights and states, by tensor name. */
export type Shared = ReadonlyMap<string, Placed>

const UNIFORM_ALIGNMENT = 256
/** Bytes bound for an absent input: one element of any type. */
const ABSENT_BYTES = 16

/** Picks among a dispatch and its alternatives; the default takes the first. */
export type Choose = (options: readonly Dispatch[]) => Dispatch

const first: Choose = ([d]) => d

export interface RecordOptions {
  readonly choose?: Choose
  /** Slots come from here and stay there; without it the recording owns them. */
  readonly pool?: SlotPool
}

export async function record(p: Plan, memory: Memory, pipelines: Pipelines, shared: Shared, { choose = first, pool }: RecordOptions = {}): Promise<Recording> {
  const { device } = memory
  const { graph } = p
  const lasts = (t: Tensor): boolean => t.kind === 'weight' || t.kind === 'state'
  // An input or a constant may be called as a buffer is and still be another thing.
  const own = graph.sources.filter((t) => !lasts(t) || !shared.has(t.name))
  const stray = own.filter(lasts)
  if (stray.length > 0) throw new Fault('internal', `No buffer was given for ${stray.map((t) => t.name).join(', ')}.`, 'Load the weights before recording.')

  const dispatches = graph.nodes.map((node) => node.op.dispatch({ ...node.inputs, ...node.outputs } as Sizes, node.attrs).map((d) => choose([d, ...(d.alternatives ?? [])])))
  // All kernels start compiling at once, and allocation goes on meanwhile.
  const compile = (d: Dispatch, op: string): Promise<Kernel> =>
    pipelines.get(d.shader, d.entry, d.defines).catch((error: unknown) => {
      throw new Fault('internal', `The graphics driver could not compile the kernel ${op}.${d.entry}.`, 'Update the graphics driver or the browser; what was saved is kept. Copy the details if you report it.', String(error))
    })
  const compiling = Promise.all(dispatches.map((list, n) => Promise.all(list.map((d) => compile(d, graph.nodes[n].op.name)))))
  compiling.catch(() => undefined)

  const made: GPUBuffer[] = []
  try {
    const requests = p.slots.map((s, i) => ({ label: `slot ${i}`, bytes: s.bytes, memory: s.saved ? ('activations' as const) : ('workspace' as const) }))
    const slotBuffers = await (pool ? pool.lend(requests) : memory.allocate(requests))
    if (!pool) made.push(...slotBuffers)
    const ownBuffers = await memory.allocate(own.map((t) => ({ label: t.name, bytes: bytesOf(t), memory: 'workspace' as const })))
    made.push(...ownBuffers)
    const ownPlaces = new Map(own.map((t, i) => [t, { buffer: ownBuffers[i], offset: 0, size: bytesOf(t) }]))
    for (const t of own) if (t.data) device.queue.writeBuffer(ownPlaces.get(t)!.buffer, 0, t.data as Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>)

    const place = (t: Tensor): Placed => {
      const { tensor, offset } = storageOf(t)
      const slot = p.slotOf.get(tensor)
      const base = slot === undefined ? (ownPlaces.get(tensor) ?? shared.get(tensor.name)) : { buffer: slotBuffers[slot], offset: 0, size: bytesOf(tensor) }
      if (!base) throw new Fault('internal', `${tensor.name} has no storage.`, 'This is a bug in the engine.')
      const size = Math.max(4, bytesOf(t))
      return { buffer: base.buffer, offset: base.offset + offset * 4, size: Math.ceil(size / 4) * 4 }
    }

    const kernels = await compiling
    const uniforms = new UniformPacker()
    const pending = dispatches.flatMap((list, n) => list.map((d, i) => ({ node: n, dispatch: d, kernel: kernels[n][i], uniform: uniformOf(uniforms, d, kernels[n][i], graph.nodes[n].op.name) })))
    const [uniformBuffer] = await memory.allocate([{ label: 'parameters', bytes: uniforms.bytes, memory: 'workspace', usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST }])
    made.push(uniformBuffer)
    device.queue.writeBuffer(uniformBuffer, 0, uniforms.data())

    const commands: Command[] = []
    let copied = -1
    for (const { node: n, dispatch, kernel, uniform } of pending) {
      const node = graph.nodes[n]
      const label = `${node.scope}${node.scope && ' '}${node.op.name}${dispatch.entry === 'forward' ? '' : `.${dispatch.entry}`}`
      if (copied < n) {
        for (const c of p.copies.get(n) ?? []) commands.push({ kind: 'copy', label, from: place(c.from), to: place(c.to), flops: 0 })
        copied = n
      }
      const tensors: Record<string, Tensor> = { ...node.inputs, ...node.outputs }
      const entries = kernel.interface.bindings.map((b): GPUBindGroupEntry => {
        if (b.type === 'uniform') return { binding: b.binding, resource: { buffer: uniformBuffer, offset: uniform!.offset, size: uniform!.size } }
        const t = tensors[b.name]
        // A kernel that asks at run time whether an optional input is there must still be given something to bind.
        if (!t && node.op.inputs.includes(`${b.name}?`)) return { binding: b.binding, resource: { buffer: uniformBuffer, offset: 0, size: ABSENT_BYTES } }
        if (!t) throw new Fault('internal', `${label} binds ${b.name}, which the node does not have.`, 'Name WGSL variables like the op’s inputs and outputs.')
        return { binding: b.binding, resource: place(t) }
      })
      const group = device.createBindGroup({ label, layout: kernel.layout, entries })
      commands.push({ kind: 'run', label, kernel, group, workgroups: dispatch.workgroups, flops: dispatch.flops ?? 0 })
    }
    return { plan: p, commands, place, dispose: () => memory.free(made) }
  } catch (error) {
    memory.free(made)
    throw error
  }
}

interface Range {
  readonly offset: number
  readonly size: number
}

/** Lays all parameter structs into one uniform buffer; equal ones share their bytes. */
class UniformPacker {
  private readonly words: Uint32Array[] = []
  private readonly known = new Map<string, number>()
  add(words: Uint32Array): Range {
    const key = words.join()
    let slot = this.known.get(key)
    if (slot === undefined) {
      slot = this.words.push(words) - 1
      this.known.set(key, slot)
    }
    return { offset: slot * UNIFORM_ALIGNMENT, size: words.byteLength }
  }
  get bytes(): number {
    return Math.max(1, this.words.length) * UNIFORM_ALIGNMENT
  }
  data(): Uint32Array<ArrayBuffer> {
    const all = new Uint32Array(this.bytes / 4)
    this.words.forEach((w, i) => all.set(w, (i * UNIFORM_ALIGNMENT) / 4))
    return all
  }
}

function uniformOf(uniforms: UniformPacker, d: Dispatch, kernel: Kernel, op: string): Range | undefined {
  if (!kernel.interface.bindings.some((b) => b.type === 'uniform')) return undefined
  const words = packParams(kernel.interface.params, d.params, `${op}.${d.entry}`)
  if (words.byteLength > UNIFORM_ALIGNMENT) throw new Fault('internal', `${op} has more parameters than fit ${UNIFORM_ALIGNMENT} bytes.`, 'Use fewer.')
  return uniforms.add(words)
}

/** One line a command: what runs, with how many workgroups. Tests compare whole prints. */
export function printRecording(r: Recording): string {
  return r.commands.map((c) => (c.kind === 'run' ? `${c.label} <${c.workgroups.join(',')}>` : `${c.label} copy ${c.from.size}`)).join('\n')
}
