// onnxruntime-web with its WebGPU execution provider: products as a model of one node, inputs and output kept on the GPU.
// It has no gradients, so it takes no training step.
import { writeOnnx } from '../../../files/onnx/writeOnnx.ts'
import type { OnnxModel } from '../../../files/onnx/onnxModel.ts'
import { concat } from '../../../lib/bytes.ts'
import type { Peer, Work } from './peer.ts'

type Runtime = typeof import('onnxruntime-web/webgpu')

/** @param prepare sets where the runtime finds its WebAssembly */
export async function openOnnxRuntimeWeb(prepare: (ort: Runtime) => Promise<void> | void = () => undefined): Promise<Peer> {
  const ort = await import('onnxruntime-web/webgpu')
  await prepare(ort)
  copySharedMemory()
  ort.env.wasm.numThreads = 1
  // Its device is made with the first session and lives as long as one does, so this one stays.
  await ort.InferenceSession.create(await product(1, 1, 1), { executionProviders: ['webgpu'], logSeverityLevel: 3 })
  const device = (await ort.env.webgpu.device) as GPUDevice
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
  const onGpu = (data: Float32Array<ArrayBuffer>): GPUBuffer => {
    const buffer = device.createBuffer({ size: data.byteLength, usage })
    device.queue.writeBuffer(buffer, 0, data)
    return buffer
  }
  return {
    name: 'onnxruntime-web',
    device,
    async matmul(M, K, N, a, b): Promise<Work> {
      const session = await ort.InferenceSession.create(await product(M, K, N), { executionProviders: ['webgpu'], preferredOutputLocation: 'gpu-buffer', logSeverityLevel: 3 })
      const buffers = [onGpu(a), onGpu(b)]
      const feeds = {
        a: ort.Tensor.fromGpuBuffer(buffers[0], { dataType: 'float32', dims: [M, K] }),
        b: ort.Tensor.fromGpuBuffer(buffers[1], { dataType: 'float32', dims: [K, N] }),
      }
      return {
        async run(times) {
          for (let i = 0; i < times; i++) (await session.run(feeds))['y'].dispose()
          await device.queue.onSubmittedWorkDone()
        },
        async result() {
          const { y } = await session.run(feeds)
          return (await y.getData(true)) as Float32Array
        },
        dispose() {
          void session.release()
          for (const buffer of buffers) buffer.destroy()
        },
      }
    },
  }
}

/** An ONNX model of one MatMul. */
async function product(M: number, K: number, N: number): Promise<Uint8Array> {
  const value = (name: string, ...shape: number[]) => ({ name, type: 'float' as const, shape })
  const model: OnnxModel = {
    opset: 17,
    producer: { name: 'tunesmith-bench', version: '1' },
    graph: {
      name: 'product',
      inputs: [value('a', M, K), value('b', K, N)],
      outputs: [value('y', M, N)],
      nodes: [{ op: 'MatMul', name: 'product', inputs: ['a', 'b'], outputs: ['y'], attributes: {} }],
      tensors: [],
    },
  }
  const parts: Uint8Array[] = []
  for await (const part of writeOnnx(model, 'm').get('m')!.stream()) parts.push(part)
  return concat(parts)
}

/** Dawn in Node.js takes no views of shared memory, and the runtime's WebAssembly memory is shared. */
function copySharedMemory(): void {
  if (typeof SharedArrayBuffer === 'undefined') return
  const { writeBuffer } = GPUQueue.prototype
  GPUQueue.prototype.writeBuffer = function (this: GPUQueue, buffer, offset, data, ...rest: [number?, number?]): undefined {
    const bytes = ArrayBuffer.isView(data) ? data.buffer : data
    // A view's offsets count its elements, so a copy must be a view of the same kind.
    const given = bytes instanceof SharedArrayBuffer && ArrayBuffer.isView(data) ? (data as unknown as Uint8Array).slice() : data
    return writeBuffer.call(this, buffer, offset, given as Uint8Array<ArrayBuffer>, ...rest)
  }
}
