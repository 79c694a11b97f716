// Runs a recording: encodes its commands in few passes and submits. Nothing here allocates or waits.
import type { Command, Placed, Recording } from './record.ts'

export type InputValues = Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>

/** Writes what a recording's graph is given before a replay. @param values of all its inputs, by name; others are left aside */
export function writeInputs({ queue }: GPUDevice, { plan, place }: Recording, values: Readonly<Record<string, InputValues>>): void {
  for (const t of plan.graph.sources) if (t.kind === 'input') queue.writeBuffer(place(t).buffer, 0, values[t.name])
}

/** What a replay needs of a device. */
interface Encoding {
  createCommandEncoder(): GPUCommandEncoder
  readonly queue: { submit(buffers: GPUCommandBuffer[]): void }
}

/**
 * Encodes and submits commands: those of a recording, or of several that follow each other.
 * @param flopsPerSubmit work after which a submit is cut, so that none holds the GPU for long
 */
export function replay(device: Encoding, commands: readonly Command[], flopsPerSubmit = Number.POSITIVE_INFINITY): void {
  let encoder = device.createCommandEncoder()
  let pass: GPUComputePassEncoder | undefined
  let flops = 0
  let bound: GPUComputePipeline | undefined
  const endPass = (): void => {
    pass?.end()
    pass = undefined
    bound = undefined
  }
  for (const command of commands) {
    if (flops > 0 && flops + command.flops > flopsPerSubmit) {
      endPass()
      device.queue.submit([encoder.finish()])
      encoder = device.createCommandEncoder()
      flops = 0
    }
    if (command.kind === 'copy') {
      endPass()
      copy(encoder, command)
      continue
    }
    pass ??= encoder.beginComputePass()
    if (bound !== command.kernel.pipeline) pass.setPipeline((bound = command.kernel.pipeline))
    pass.setBindGroup(0, command.group)
    pass.dispatchWorkgroups(...command.workgroups)
    flops += command.flops
  }
  endPass()
  device.queue.submit([encoder.finish()])
}

function copy(encoder: GPUCommandEncoder, c: Extract<Command, { kind: 'copy' }>): void {
  encoder.copyBufferToBuffer(c.from.buffer, c.from.offset, c.to.buffer, c.to.offset, c.to.size)
}

/** Brings one 32-bit number to where it can be read, as a command among others. */
export function copyNumber(from: Placed, buffer: GPUBuffer, offset: number): Command {
  return { kind: 'copy', label: 'read-back', from: { ...from, size: 4 }, to: { buffer, offset, size: 4 }, flops: 0 }
}
