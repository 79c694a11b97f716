// A model with adapters merged in, as one GGUF file: what llama.cpp, Ollama and LM Studio open. Tensors are merged and converted
// one at a time, while they are written.
import { ggufName } from '../files/gguf/ggufNames.ts'
import { ggufSettings } from '../files/gguf/ggufSettings.ts'
import { ggufTensor, sameBlocks, type GgufMatrixType } from '../files/gguf/ggufTensor.ts'
import type { GgufValue, TensorType } from '../files/gguf/ggufTypes.ts'
import { writeGguf, type GgufTensor } from '../files/gguf/writeGguf.ts'
import { writeGgufTokenizer } from '../files/gguf/writeGgufTokenizer.ts'
import { streamedBytes, type StreamedFile } from '../files/zip.ts'
import { sizeOf } from '../graph/shape.ts'
import { Fault } from '../protocol/failure.ts'
import { outline } from './census.ts'
import type { OpenModel } from './base.ts'
import { mergedAdapters, type Weighted } from './mergeWeights.ts'
import { mergedModel } from './mergedModel.ts'
import { findTensor } from './weights.ts'

/** general.file_type: what most matrices are. */
const FILE_TYPES: Readonly<Record<TensorType, number>> = { F32: 0, F16: 1, Q4_0: 2, Q8_0: 7, Q4_K: 15, Q6_K: 18, BF16: 32 }

/** `base`: the blocks of a GGUF base stay as they are, and what adapters changed there becomes Q8_0, which loses less than the base's own blocks did. */
export type GgufForm = GgufMatrixType | 'base'

export interface GgufFacts {
  readonly name: string
  /** Hub id or folder name of the base. */
  readonly baseModel: string
  readonly type: GgufForm
}
export interface GgufExport {
  readonly file: StreamedFile
  /** What a person should know of how llama.cpp runs it. */
  readonly remarks: readonly string[]
}

/** Throws `bad-adapter` for what cannot be merged, `bad-model` for what GGUF cannot say. */
export function exportGguf(model: OpenModel, given: readonly Weighted[], { name, baseModel, type }: GgufFacts): GgufExport {
  const { family } = model
  if (model.outline.taskType !== 'CAUSAL_LM') throw new Fault('bad-model', 'This model sorts texts into classes, and GGUF is written for models that go on with a text.', 'Take the Hugging Face folder or the ONNX export instead.')
  const merged = mergedModel(model, mergedAdapters(given))
  const config = { ...merged.config, model_type: merged.modelType }
  const { metadata: settings, frequencyFactors, remarks } = ggufSettings(config)
  const tensors: GgufTensor[] = []
  const homeless: string[] = []
  const traced = outline(family, family.config(merged.config))
  for (const path of traced.tensors) {
    const entry = findTensor(merged, family, path)!
    const found = ggufName(path, merged.modelType, config)
    if (found) tensors.push((type === 'base' ? sameBlocks(entry, found.name, found) : undefined) ?? ggufTensor(entry, found.name, found, type === 'base' ? (findTensor(model.folder, family, path)?.blocks ? 'Q8_0' : 'F16') : type))
    else homeless.push(path)
  }
  if (homeless.length > 0) throw new Fault('bad-model', `GGUF has no place for ${homeless[0]}${homeless.length > 1 ? ` and ${homeless.length - 1} more tensors` : ''}.`, 'Take the Hugging Face folder or the ONNX export instead.', homeless.join('\n'))
  if (frequencyFactors) tensors.push({ name: 'rope_freqs.weight', type: 'F32', shape: [frequencyFactors.length], stream: streamedBytes(new Uint8Array(frequencyFactors.buffer)).stream })
  const embedding = tensors.find((t) => t.name === 'token_embd.weight')!
  const string = (value: string): GgufValue => ({ type: 'string', value })
  const metadata = new Map<string, GgufValue>([
    ['general.architecture', string([...settings.keys()][0].split('.')[0])],
    ['general.type', string('model')],
    ['general.name', string(name)],
    ...(model.folder.licence ? [['general.license', string(model.folder.licence.id)] as const] : []),
    ['general.base_model.count', { type: 'u32', value: 1 }],
    ['general.base_model.0.name', string(baseModel)],
    ['general.file_type', { type: 'u32', value: FILE_TYPES[type === 'base' ? mostOf(tensors) : type] }],
    ['general.quantization_version', { type: 'u32', value: 2 }],
    ...settings,
    ...writeGgufTokenizer(merged, embedding.shape[0]),
  ])
  return { file: writeGguf(metadata, tensors), remarks }
}

/** By values. */
function mostOf(tensors: readonly GgufTensor[]): TensorType {
  const counts = new Map<TensorType, number>()
  for (const { type, shape } of tensors) counts.set(type, (counts.get(type) ?? 0) + sizeOf(shape))
  return [...counts].toSorted((a, b) => b[1] - a[1])[0][0]
}
