// Counts what code does with WebGPU by stepping in front of its calls: dispatches, submits, read-backs, and every buffer,
// bind group and pipeline made. It sees our engine and other libraries alike; one of them runs at a time.
export interface GpuCounts {
  dispatches: number
  submits: number
  readBacks: number
  buffers: number
  bindGroups: number
  pipelines: number
}

export interface GpuWatch {
  /** Counts since the watch began. */
  counts(): GpuCounts
  /** Bytes of a device's buffers that live now, and the most that lived at once. */
  bytes(device: GPUDevice): { readonly live: number; readonly peak: number }
}

/** What `after` counts more than `before`. */
export function countsBetween(before: GpuCounts, after: GpuCounts): GpuCounts {
  const keys = Object.keys(before) as (keyof GpuCounts)[]
  return Object.fromEntries(keys.map((key) => [key, after[key] - before[key]])) as unknown as GpuCounts
}

let watch: GpuWatch | undefined

/** Begins to watch, once a process; the classes of WebGPU must be there. */
export function watchGpu(): GpuWatch {
  return (watch ??= begin())
}

function begin(): GpuWatch {
  const seen: GpuCounts = { dispatches: 0, submits: 0, readBacks: 0, buffers: 0, bindGroups: 0, pipelines: 0 }
  const held = new WeakMap<GPUDevice, { live: number; peak: number }>()
  const owners = new WeakMap<GPUBuffer, GPUDevice>()
  const counting = <T extends object>(prototype: T, method: keyof T & string, count: keyof GpuCounts): void =>
    before(prototype, method, () => void seen[count]++)
  counting(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', 'dispatches')
  counting(GPUComputePassEncoder.prototype, 'dispatchWorkgroupsIndirect', 'dispatches')
  counting(GPUQueue.prototype, 'submit', 'submits')
  counting(GPUBuffer.prototype, 'mapAsync', 'readBacks')
  counting(GPUDevice.prototype, 'createBindGroup', 'bindGroups')
  counting(GPUDevice.prototype, 'createComputePipeline', 'pipelines')
  counting(GPUDevice.prototype, 'createComputePipelineAsync', 'pipelines')
  const { createBuffer } = GPUDevice.prototype
  GPUDevice.prototype.createBuffer = function (this: GPUDevice, descriptor: GPUBufferDescriptor): GPUBuffer {
    const buffer = createBuffer.call(this, descriptor)
    seen.buffers++
    const mine = held.get(this) ?? { live: 0, peak: 0 }
    mine.live += descriptor.size
    mine.peak = Math.max(mine.peak, mine.live)
    held.set(this, mine)
    owners.set(buffer, this)
    return buffer
  }
  before(GPUBuffer.prototype, 'destroy', (buffer: GPUBuffer) => {
    const owner = owners.get(buffer)
    if (!owner) return
    // A second destroy of one buffer does nothing.
    owners.delete(buffer)
    held.get(owner)!.live -= buffer.size
  })
  return { counts: () => ({ ...seen }), bytes: (device) => ({ ...(held.get(device) ?? { live: 0, peak: 0 }) }) }
}

/** Calls `look` before each call of the method. */
function before<T extends object>(prototype: T, method: keyof T & string, look: (self: T) => void): void {
  const original = prototype[method] as unknown as (...args: unknown[]) => unknown
  const watched = function (this: T, ...args: unknown[]): unknown {
    look(this)
    return original.apply(this, args)
  }
  Object.defineProperty(prototype, method, { value: watched, configurable: true, writable: true })
}
