// Runs a recording: encodes its commands in few passes and submits. Nothing here allocates or waits.
import type { Command, Recording } from './record.ts'

/**
 * Encodes and submits all commands.
 * @param flopsPerSubmit work after which a submit is cut, so that none holds the GPU for long
 * @param last appended to the final command buffer: read-back copies that must see this replay's results
 */
export function replay(device: GPUDevice, recording: Recording, flopsPerSubmit = Number.POSITIVE_INFINITY, last?: (encoder: GPUCommandEncoder) => void): void {
  let encoder = device.createCommandEncoder()
  let pass: GPUComputePassEncoder | undefined
  let flops = 0
  let bound: GPUComputePipeline | undefined
  const endPass = (): void => {
    pass?.end()
    pass = undefined
    bound = undefined
  }
  for (const command of recording.commands) {
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
  last?.(encoder)
  device.queue.submit([encoder.finish()])
}

function copy(encoder: GPUCommandEncoder, c: Extract<Command, { kind: 'copy' }>): void {
  encoder.copyBufferToBuffer(c.from.buffer, c.from.offset, c.to.buffer, c.to.offset, c.to.size)
}
