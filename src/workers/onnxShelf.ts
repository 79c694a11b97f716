// What the page asks about ONNX, answered: the open base with adapters merged in as an ONNX folder, whether onnxruntime-web says
// the same as the engine, and its answers where there is no WebGPU. Composition only.
import { blobSource, totalSize } from '../files/byteSource.ts'
import { blobStream, zipStream, type StreamedFile } from '../files/zip.ts'
import { turns } from '../lib/turns.ts'
import type { OnnxRunner } from '../onnx/onnxSession.ts'
import { Fault } from '../protocol/failure.ts'
import type { OnnxRequest, OnnxShelf } from '../protocol/onnx.ts'
import type { NamedFile } from '../protocol/result.ts'
import { resultOf } from '../protocol/result.ts'
import type { GenerateRequest } from '../protocol/studio.ts'
import type { OpenModel } from '../train/base.ts'
import { onnxReply } from '../train/onnxReply.ts'
import { verifyOnnx } from '../train/verifyOnnx.ts'
import { AdapterLibrary } from './adapterLibrary.ts'
import type { ShelfNeeds } from './adapterShelf.ts'
import type { OpenOnnx } from './ortClient.ts'
import { folderName, packOnnx } from './parcels.ts'

export interface OnnxNeeds extends ShelfNeeds {
  readonly openOnnx: OpenOnnx
}

/** WebAssembly addresses 4 GiB, and a model lies there more than once while it is opened. */
const MOST_OPENED = 1.5 * 2 ** 30

export interface OnnxCalls {
  readonly calls: OnnxShelf
  /** An answer from onnxruntime-web, where there is no WebGPU. */
  generate(request: GenerateRequest, onText: (delta: string, segment: number) => void, cancelled: () => boolean): Promise<string>
}

/** A model that has answered and may be asked again. */
interface Seat {
  readonly model: OpenModel
  readonly key: string
  readonly runner: OnnxRunner
}
/** The base and the tuned model answer side by side. */
const MOST_SEATS = 2

export function onnxShelf({ storage, version, opened, mounted, isTraining, data, alone, openOnnx }: OnnxNeeds): OnnxCalls {
  const library = new AdapterLibrary(storage, version, opened, mounted)
  const made = async (request: OnnxRequest): Promise<Map<string, StreamedFile>> => new Map((await packOnnx(library, request, version)).files)

  const seats: Seat[] = []
  const inTurn = turns()
  /** Its adapters merged in, opened once for all that is asked of it. */
  const seatOf = async ({ adapters }: GenerateRequest): Promise<Seat> => {
    const { model } = library.need()
    if (await library.sorter(adapters)) throw new Fault('bad-adapter', 'This model sorts texts into classes, and without WebGPU only models that write can be asked.', 'Choose one that writes, or take this one away as ONNX.')
    const versions = await Promise.all(adapters.map(async ({ id, weight }) => [id, weight, (await library.open(id)).version]))
    const key = JSON.stringify(versions)
    const known = seats.findIndex((s) => s.model === model && s.key === key)
    if (known >= 0) seats.push(...seats.splice(known, 1))
    else {
      const stale = seats.filter((s) => s.model !== model)
      for (const seat of new Set([...stale, ...seats.slice(0, seats.length + 1 - MOST_SEATS)])) {
        seats.splice(seats.indexOf(seat), 1)
        await seat.runner.close()
      }
      const folder = await made({ name: 'answering', adapters, dtype: 'fp32' })
      refuseLarge([...folder].reduce((n, [path, { size }]) => n + (path.startsWith('onnx/') ? size : 0), 0))
      seats.push({ model, key, runner: await openOnnx(await filesOf(folder), 'wasm') })
    }
    return seats.at(-1)!
  }

  const calls: OnnxShelf = {
    exportOnnx: (request) =>
      resultOf(async () => {
        const files = await made(request)
        // Merged once, and kept by the browser; the archive is written from there.
        const model = await filesOf(files)
        for (const { path, file } of model) files.set(`onnx/${path}`, blobSource(file, path))
        return { name: `${folderName(request.name, 'model')}-onnx.zip`, zip: await zipStream(files), model }
      }),
    verifyOnnx: (request) =>
      resultOf(async () => {
        const { model, prompts, provider, dtype } = request
        refuseLarge(totalSize(model.map(({ file }) => file)))
        if (isTraining()) throw new Fault('bad-adapter', 'A run is using the GPU.', 'Let it finish, or stop it first.')
        return alone(async () => {
          const subject = await library.subjectOf(request.adapters)
          const { gpu } = await mounted()
          const runner = await openOnnx(model, provider)
          try {
            const found = await verifyOnnx(gpu, subject.model, subject.weighted, runner, { prompts, promptEnd: data()?.promptEnd ?? '' })
            return { provider, dtype, ...found }
          } finally {
            await runner.close()
          }
        })
      }),
  }
  return {
    calls,
    generate: (request, onText, cancelled) =>
      inTurn(async () => {
        const { model, runner } = await seatOf(request)
        return onnxReply(runner, { model, request, promptEnd: data()?.promptEnd ?? '', onText: (delta) => onText(delta, 0), cancelled })
      }),
  }
}

function refuseLarge(bytes: number): void {
  if (bytes <= MOST_OPENED) return
  throw new Fault('out-of-memory', `The model has ${(bytes / 2 ** 30).toFixed(1)} GiB, and a page can open at most ${MOST_OPENED / 2 ** 30} GiB in onnxruntime-web.`, 'Open it with onnxruntime outside the browser; the files are the same.')
}

/** The model's own files, out of a folder. */
async function filesOf(folder: ReadonlyMap<string, StreamedFile>): Promise<NamedFile[]> {
  const files: NamedFile[] = []
  for (const [path, file] of folder) {
    if (!path.startsWith('onnx/')) continue
    const own = path.replace('onnx/', '')
    files.push({ path: own, file: new File([await blobStream(file)], own) })
  }
  return files
}
