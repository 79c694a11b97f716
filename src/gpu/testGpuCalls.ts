// For tests of what fails: steps in front of every call by which the engine makes something on a GPU or waits for it, counts
// them, and lets a test act at the n-th. The classes of WebGPU must be there.

const calls = [
  ['createBuffer', () => GPUDevice.prototype],
  ['createComputePipelineAsync', () => GPUDevice.prototype],
  ['writeBuffer', () => GPUQueue.prototype],
  ['submit', () => GPUQueue.prototype],
  ['onSubmittedWorkDone', () => GPUQueue.prototype],
  ['mapAsync', () => GPUBuffer.prototype],
] as const
export type GpuCall = (typeof calls)[number][0]

/** May answer in place of the call. */
export type Intervene = (call: GpuCall, pass: () => unknown) => unknown

/** Steps in front of the calls of every device until the work is done. */
export async function amidGpuCalls<T>(intervene: Intervene, work: () => Promise<T>): Promise<T> {
  const before = calls.map(([name, prototypeOf]) => {
    const prototype = prototypeOf() as unknown as Record<string, (...args: unknown[]) => unknown>
    const original = prototype[name]
    prototype[name] = function (this: unknown, ...args: unknown[]) {
      return intervene(name, () => original.apply(this, args))
    }
    return { prototype, name, original }
  })
  try {
    return await work()
  } finally {
    for (const { prototype, name, original } of before) prototype[name] = original
  }
}
