// Opens a WebGPU device with the limits and features that help, and says in a sentence why there is none.
import { Fault, messageOf } from '../protocol/failure.ts'

export interface Gpu {
  readonly device: GPUDevice
  readonly adapter: GPUAdapter
  /** Becomes true for good when the device is gone: nothing of it can be used again. */
  readonly lost: { happened: boolean; reason: string }
  readonly info: { readonly vendor: string; readonly architecture: string; readonly description: string; readonly software: boolean }
}

/** Optional features; no kernel depends on one. */
const WANTED: readonly GPUFeatureName[] = ['timestamp-query', 'subgroups', 'shader-f16']

/** Limits that the portable floor sets low and real GPUs raise. */
const RAISED = ['maxBufferSize', 'maxStorageBufferBindingSize', 'maxStorageBuffersPerShaderStage'] as const

/** Whether this thread was ever given an adapter. */
let had = false

export async function openGpu(gpu: GPU | undefined = globalThis.navigator?.gpu): Promise<Gpu> {
  const missing = (found: string): Fault =>
    new Fault('no-webgpu', `Training needs WebGPU, and ${found}.`, 'Use Chrome or Edge 113 or newer, update the graphics driver, and check chrome://gpu that WebGPU is enabled.')
  if (!gpu) throw missing('this browser does not offer it')
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  // Chromium gives a page none after its GPU process crashed twice within two minutes, until it is loaded again.
  if (!adapter && had) throw new Fault('device-lost', 'The GPU stopped, and the browser gives this page no other.', 'Reload the page, then go on from what was saved.')
  if (!adapter) throw missing('this browser found no graphics adapter for it')
  had = true
  const requiredLimits: Record<string, number> = {}
  for (const name of RAISED) requiredLimits[name] = adapter.limits[name]
  let device: GPUDevice
  try {
    device = await adapter.requestDevice({ requiredLimits, requiredFeatures: WANTED.filter((f) => adapter.features.has(f)) })
  } catch (error) {
    throw missing(`the adapter gave no device (${messageOf(error)})`)
  }
  const lost = { happened: false, reason: '' }
  void device.lost.then(({ reason, message }) => Object.assign(lost, { happened: true, reason: `${reason}: ${message}` }))
  const { vendor, architecture, description, device: name } = adapter.info
  const text = `${vendor} ${architecture} ${name} ${description}`
  return { device, adapter, lost, info: { vendor, architecture, description: description || name, software: /swiftshader|llvmpipe|lavapipe|software|basic render/i.test(text) } }
}
