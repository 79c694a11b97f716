// The trainer's end of the worker of onnxruntime-web: starts it for one model, and ends it with the model.
import { proxy, wrap } from 'comlink'
import type { OnnxRunner } from '../onnx/onnxSession.ts'
import type { OrtServer } from '../onnx/ortServer.ts'
import { Fault } from '../protocol/failure.ts'
import type { OnnxProvider } from '../protocol/onnx.ts'
import { valueOf, type NamedFile, type Result } from '../protocol/result.ts'
import type { RequestLog, Watched } from './requestLog.ts'

export type OpenOnnx = (files: readonly NamedFile[], provider: OnnxProvider) => Promise<OnnxRunner>

export const openOnnxWith = (requests: RequestLog): OpenOnnx => async (files, provider) => {
  const worker = new Worker(new URL('./ort.worker.ts', import.meta.url), { type: 'module', name: 'onnxruntime' })
  const server = wrap<OrtServer & Watched>(worker)
  void server.watch(proxy((request) => requests.add('onnx', request)))
  const broken = new Promise<never>((_, reject) => {
    worker.addEventListener('error', (event) => reject(new Fault('internal', 'onnxruntime-web could not be started.', 'Reload the page and try again.', event.message)))
  })
  const value = async <T>(answer: Promise<Result<T>>): Promise<T> => valueOf(await Promise.race([answer, broken]))
  try {
    await value(server.open(files, provider))
  } catch (error) {
    worker.terminate()
    throw error
  }
  return {
    logits: (ids) => value(server.logits(ids)),
    next: (ids, begin) => value(server.next(ids, begin)),
    close: async () => worker.terminate(),
  }
}
