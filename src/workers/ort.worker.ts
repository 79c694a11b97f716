// The worker of onnxruntime-web, started only when an ONNX model is opened. Exposes; its WebAssembly comes from the studio's own
// site, and computes on one thread, so that it starts no worker of its own.
import { expose } from 'comlink'
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url'
import webgpuWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url'
import type { Runtime } from '../onnx/onnxSession.ts'
import { ortServer } from '../onnx/ortServer.ts'
import type { OnnxProvider } from '../protocol/onnx.ts'
import { watched } from './requestLog.ts'

async function runtime(provider: OnnxProvider): Promise<Runtime> {
  const ort: Runtime = provider === 'webgpu' ? await import('onnxruntime-web/webgpu') : await import('onnxruntime-web/wasm')
  ort.env.wasm.wasmPaths = { wasm: provider === 'webgpu' ? webgpuWasm : wasm }
  ort.env.wasm.numThreads = 1
  return ort
}

expose({ ...ortServer(runtime), watch: watched().watch })
