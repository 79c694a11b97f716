// For tests: onnxruntime-web in Node.js, which reads its WebAssembly from the installed package instead of a site.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Runtime } from './onnxSession.ts'

let loaded: Promise<Runtime> | undefined

export const testRuntime = (): Promise<Runtime> => (loaded ??= load())

async function load(): Promise<Runtime> {
  const ort = await import('onnxruntime-web/wasm')
  const wasm = await readFile(createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'))
  ort.env.wasm.wasmBinary = wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength)
  ort.env.wasm.numThreads = 1
  return ort
}

/** All bytes of a file that streams. */
export async function wholeOf({ stream }: { stream(): AsyncIterable<Uint8Array> }): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  for await (const chunk of stream()) parts.push(chunk)
  return new Uint8Array(Buffer.concat(parts))
}
