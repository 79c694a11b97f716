// What the page asks about ONNX, answered: the open base with adapters merged in as an ONNX folder, and whether onnxruntime-web
// says the same as the engine. Composition only.
import { blobSource } from '../files/byteSource.ts'
import { zipStream, type StreamedFile } from '../files/zip.ts'
import { Fault } from '../protocol/failure.ts'
import type { OnnxRequest, OnnxShelf } from '../protocol/onnx.ts'
import type { NamedFile } from '../protocol/result.ts'
import type { OpenModel } from '../train/base.ts'
import { exportOnnx } from '../train/exportOnnx.ts'
import type { Weighted } from '../train/mergeWeights.ts'
import { verifyOnnx } from '../train/verifyOnnx.ts'
import { AdapterLibrary } from './adapterLibrary.ts'
import type { ShelfNeeds } from './adapterShelf.ts'
import type { OpenOnnx } from './ortClient.ts'

export interface OnnxNeeds extends ShelfNeeds {
  readonly openOnnx: OpenOnnx
}

/** WebAssembly addresses 4 GiB, and a model lies there more than once while it is opened. */
const MOST_CHECKED = 1.5 * 2 ** 30

export function onnxShelf({ storage, version, opened, mounted, isTraining, data, answer, alone, openOnnx }: OnnxNeeds): OnnxShelf {
  const library = new AdapterLibrary(storage, version, opened, mounted)
  const weighted = ({ adapters }: OnnxRequest): Promise<Weighted[]> =>
    Promise.all(adapters.map(async ({ id, weight }) => ({ adapter: await (await library.open(id)).load(), weight })))
  const made = async (request: OnnxRequest, model: OpenModel): Promise<Map<string, StreamedFile>> => {
    const { name, dtype } = request
    const adapters = await Promise.all(request.adapters.map(async ({ id, weight }) => ({ name: (await library.find(id)).name, weight })))
    return exportOnnx(model, await weighted(request), { baseModel: library.need().info.id, name, adapters, version, dtype })
  }

  return {
    exportOnnx: (request) =>
      answer(async () => {
        const files = await made(request, library.need().model)
        const model: NamedFile[] = []
        for (const [path, file] of files) {
          if (!path.startsWith('onnx/')) continue
          // Merged once, and kept by the browser; the archive is written from there.
          const blob = await blobOf(file)
          files.set(path, blobSource(blob, path))
          const own = path.replace('onnx/', '')
          model.push({ path: own, file: new File([blob], own) })
        }
        return { name: `${request.name.replace(/[^\p{L}\p{N}._-]+/gu, '-') || 'model'}-onnx.zip`, zip: await zipStream(files), model }
      }),
    verifyOnnx: (request) =>
      answer(async () => {
        const { model, prompts, provider, dtype } = request
        const bytes = model.reduce((n, { file }) => n + file.size, 0)
        if (bytes > MOST_CHECKED)
          throw new Fault('out-of-memory', `The model has ${(bytes / 2 ** 30).toFixed(1)} GiB, and a page can open at most ${MOST_CHECKED / 2 ** 30} GiB in onnxruntime-web.`, 'Check it with onnxruntime outside the browser; the files are the same.')
        if (isTraining()) throw new Fault('bad-adapter', 'A run is using the GPU.', 'Let it finish, or stop it first.')
        return alone(async () => {
          const given = await weighted(request)
          const { gpu } = await mounted()
          const runner = await openOnnx(model, provider)
          try {
            const found = await verifyOnnx(gpu, library.need().model, given, runner, { prompts, promptEnd: data()?.promptEnd ?? '' })
            return { provider, dtype, ...found }
          } finally {
            await runner.close()
          }
        })
      }),
  }
}

/** Chunk by chunk, so that JavaScript never holds more than one of them. */
async function blobOf({ stream }: StreamedFile): Promise<Blob> {
  const parts: Blob[] = []
  for await (const chunk of stream()) parts.push(new Blob([chunk as Uint8Array<ArrayBuffer>]))
  return new Blob(parts)
}
