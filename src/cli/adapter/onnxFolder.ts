// A model folder with adapter folders merged in, written as an ONNX folder, tensor by tensor.
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { openAdapterFolder } from '../../files/adapterFolder.ts'
import { openModelFolder } from '../../files/modelFolder.ts'
import { readFolder } from '../../files/nodeSource.ts'
import { Fault } from '../../protocol/failure.ts'
import type { OnnxType } from '../../protocol/onnx.ts'
import { openModel } from '../../train/base.ts'
import { exportOnnx } from '../../train/exportOnnx.ts'
import type { Weighted } from '../../train/mergeWeights.ts'
import { openAdapter } from '../../train/openAdapter.ts'

export interface OnnxOptions {
  readonly weights: readonly number[]
  readonly dtype: OnnxType
}

/** Answers one sentence about what was written. */
export async function onnxFolder(base: string, adapters: readonly string[], out: string, { weights, dtype }: OnnxOptions): Promise<string> {
  if (weights.length !== adapters.length) throw new Fault('bad-recipe', `${adapters.length} adapters need as many weights, found ${weights.join(', ')}.`, 'Give every adapter a weight.')
  if (resolve(base) === resolve(out)) throw new Fault('bad-recipe', 'The ONNX model would overwrite files of its base.', 'Choose another folder for --out.')
  const model = openModel(await openModelFolder(await readFolder(base)))
  const given: Weighted[] = []
  for (const [i, folder] of adapters.entries()) given.push({ adapter: await openAdapter(model, await openAdapterFolder(await readFolder(folder))), weight: weights[i] })
  const named = adapters.map((folder, i) => ({ name: basename(resolve(folder)), weight: weights[i] }))
  const files = exportOnnx(model, given, { baseModel: basename(resolve(base)), name: basename(resolve(out)), adapters: named, version: __APP_VERSION__, dtype })
  let bytes = 0
  for (const [path, { size, stream }] of files) {
    await mkdir(dirname(join(out, path)), { recursive: true })
    await pipeline(Readable.from(stream()), createWriteStream(join(out, path)))
    bytes += size
  }
  return `An ONNX model in ${dtype}, ${(bytes / 1e6).toFixed(1)} MB${adapters.length > 0 ? `, with ${adapters.length} adapter${adapters.length === 1 ? '' : 's'} merged in` : ''}.`
}
