// A model with adapter folders merged in, written as an ONNX folder, tensor by tensor.
import { basename, resolve } from 'node:path'
import { describeBytes } from '../../lib/describeBytes.ts'
import type { OnnxType } from '../../protocol/onnx.ts'
import { exportOnnx } from '../../train/exportOnnx.ts'
import { openBase } from './openBase.ts'
import { writeStreams } from './writeStreams.ts'

export interface OnnxOptions {
  readonly weights: readonly number[]
  readonly dtype: OnnxType
}

/** Answers one sentence about what was written. */
export async function onnxFolder(base: string, adapters: readonly string[], out: string, { weights, dtype }: OnnxOptions): Promise<string> {
  const { model, given, baseModel, parts } = await openBase(base, adapters, weights, out)
  const bytes = await writeStreams(out, exportOnnx(model, given, { baseModel, name: basename(resolve(out)), adapters: parts, version: __APP_VERSION__, dtype }))
  return `An ONNX model in ${dtype}, ${describeBytes(bytes)}${adapters.length > 0 ? `, with ${adapters.length} adapter${adapters.length === 1 ? '' : 's'} merged in` : ''}.`
}
