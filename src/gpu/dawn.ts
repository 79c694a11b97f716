// WebGPU in Node through Dawn (npm `webgpu`): the same engine as in the page, for the command line and for tests.
// Picks the Vulkan driver: a real GPU's if one is there, else a software one. Knows nothing of what will run on it.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../protocol/failure.ts'

const driverFolders = ['/usr/share/vulkan/icd.d', '/usr/local/share/vulkan/icd.d', '/etc/vulkan/icd.d']
const swiftshader = ['/usr/lib/chromium', '/usr/lib64/chromium-browser', '/usr/lib/chromium-browser'].map((folder) =>
  join(folder, 'vk_swiftshader_icd.json'),
)

function drivers(name: RegExp): string[] {
  return driverFolders.flatMap((folder) =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((file) => name.test(file))
          .map((file) => join(folder, file))
      : [],
  )
}

/** Vulkan drivers of the GPUs that the kernel shows. */
function hardware(): string[] {
  const nodes = existsSync('/sys/class/drm') ? readdirSync('/sys/class/drm').filter((node) => node.startsWith('renderD')) : []
  const vendors = new Set(
    nodes.map((node) => {
      try {
        return readFileSync(`/sys/class/drm/${node}/device/vendor`, 'utf8').trim()
      } catch {
        return ''
      }
    }),
  )
  const usable = existsSync('/dev/dri')
  return [
    ...(existsSync('/dev/nvidia0') || existsSync('/dev/nvidiactl') ? drivers(/^nvidia.*\.json$/) : []),
    ...(usable && vendors.has('0x1002') ? drivers(/^(radeon|amd).*\.json$/) : []),
    ...(usable && vendors.has('0x8086') ? drivers(/^intel.*\.json$/) : []),
  ]
}

/** Values of VK_ICD_FILENAMES to try in turn; undefined leaves the environment alone. */
function candidates(): (string | undefined)[] {
  if (process.platform !== 'linux' || process.env['VK_ICD_FILENAMES'] || process.env['VK_DRIVER_FILES']) return [undefined]
  const real = hardware()
  return [
    ...(real.length > 0 ? [real.join(':')] : []),
    ...drivers(/^lvp_icd.*\.json$/),
    ...swiftshader.filter((path) => existsSync(path)),
  ]
}

// Dawn aborts the process if its GPU object is collected while a device lives.
let kept: Promise<GPU> | undefined

/** How long Dawn may poll at full speed; a wait that takes longer is polled once a millisecond. */
const EAGER_MS = 2

/**
 * Dawn asks for finished work again and again through `setImmediate`, which keeps one core busy for as long as anything is
 * awaited. A software adapter needs that core: its kernels run half as fast without it.
 */
function pollCalmly(): void {
  const immediately = globalThis.setImmediate
  let since = 0
  let polling = false
  const calm = (task: (...args: unknown[]) => void, ...args: unknown[]): NodeJS.Immediate => {
    if (!/\[native code\]/.test(Function.prototype.toString.call(task))) return immediately(task, ...args)
    // A poll that was not asked for by the poll before it begins a wait.
    if (!polling) since = performance.now()
    const poll = (): void => {
      polling = true
      try {
        task(...args)
      } finally {
        polling = false
      }
    }
    if (performance.now() - since < EAGER_MS) return immediately(poll)
    setTimeout(poll, 1)
    return immediately(() => undefined)
  }
  Object.assign(calm, { __promisify__: immediately.__promisify__ })
  Object.assign(globalThis, { setImmediate: calm })
}

async function open(flags: readonly string[]): Promise<GPU> {
  const { create, globals } = await import('webgpu')
  Object.assign(globalThis, globals)
  pollCalmly()
  for (const driver of candidates()) {
    if (driver !== undefined) process.env['VK_ICD_FILENAMES'] = driver
    const gpu = create([...flags])
    if (await gpu.requestAdapter()) return gpu
  }
  throw new Fault(
    'no-webgpu',
    'No WebGPU adapter was found in Node.',
    process.platform === 'linux'
      ? 'Install a Vulkan driver: your GPU’s, or the software one with `sudo apt install libvulkan1 mesa-vulkan-drivers`.'
      : 'Update the graphics driver of this computer.',
    `tried: ${candidates().join(', ') || 'no driver files in ' + driverFolders.join(', ')}`,
  )
}

/**
 * The GPU of this process, with WebGPU's classes and constants on `globalThis`; later calls answer the same object.
 * `flags` are Dawn's, for instance `enable-dawn-features=allow_unsafe_apis`.
 */
export function dawnGpu(flags: readonly string[] = []): Promise<GPU> {
  return (kept ??= open(flags))
}
