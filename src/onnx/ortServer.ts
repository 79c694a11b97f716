// onnxruntime-web behind a worker's port: one model at a time. Failures leave as data, because an error that crosses a thread
// loses its hint.
import { Fault } from '../protocol/failure.ts'
import type { OnnxProvider } from '../protocol/onnx.ts'
import { resultOf, type NamedFile, type Result } from '../protocol/result.ts'
import { OnnxSession, type Runtime } from './onnxSession.ts'

export interface OrtServer {
  /** The graph first, then the file with its tensors, if it has one. */
  open(files: readonly NamedFile[], provider: OnnxProvider): Promise<Result<true>>
  logits(ids: readonly number[]): Promise<Result<Float32Array>>
  next(ids: readonly number[], begin: boolean): Promise<Result<Float32Array>>
}

export function ortServer(runtime: (provider: OnnxProvider) => Promise<Runtime>): OrtServer {
  let session: OnnxSession | undefined
  const opened = (): OnnxSession => {
    if (!session) throw new Fault('internal', 'No ONNX model is open.', 'Open one first.')
    return session
  }
  const bytes = async ({ file }: NamedFile): Promise<Uint8Array> => new Uint8Array(await file.arrayBuffer())
  return {
    open: ([model, data], provider) =>
      resultOf(async () => {
        const files = { model: await bytes(model), ...(data && { data: { path: data.path, bytes: await bytes(data) } }) }
        session = await OnnxSession.open(await runtime(provider), files, provider)
        return true as const
      }),
    logits: (ids) => resultOf(() => opened().logits(ids)),
    next: (ids, begin) => resultOf(() => opened().next(ids, begin)),
  }
}
