// Compiled pipelines of one device, each made once per (shader text, entry point).
import { assemble, readInterface, type Defines, type Interface } from './wgsl.ts'

export interface Kernel {
  readonly pipeline: GPUComputePipeline
  readonly layout: GPUBindGroupLayout
  readonly interface: Interface
}

export class Pipelines {
  private readonly kernels = new Map<string, Promise<Kernel>>()
  private readonly modules = new Map<string, GPUShaderModule>()
  constructor(private readonly device: GPUDevice) {}

  /** The compiled entry point; compilation of different kernels overlaps. */
  get(shader: string, entry: string, defines: Defines = {}): Promise<Kernel> {
    const code = assemble(shader, defines)
    const key = `${entry}\n${code}`
    let kernel = this.kernels.get(key)
    if (!kernel) {
      kernel = this.compile(code, entry)
      this.kernels.set(key, kernel)
      // A failed compile must not be remembered: the caller may retry after the device recovers.
      kernel.catch(() => this.kernels.delete(key))
    }
    return kernel
  }

  private async compile(code: string, entry: string): Promise<Kernel> {
    const found = readInterface(code, entry)
    const layout = this.device.createBindGroupLayout({
      entries: found.bindings.map((b) => ({ binding: b.binding, visibility: GPUShaderStage.COMPUTE, buffer: { type: b.type } })),
    })
    let module = this.modules.get(code)
    if (!module) {
      module = this.device.createShaderModule({ code })
      this.modules.set(code, module)
    }
    const pipeline = await this.device.createComputePipelineAsync({
      layout: this.device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: entry },
    })
    return { pipeline, layout, interface: found }
  }
}
