// A model with adapters merged in, as a folder that transformers.js and Optimum open: the graph and its tensors below onnx/,
// the configuration and tokenizer of the base beside them. Tensors are merged and converted one at a time, while they are written.
import { mergedCard, type MergedCard, type MergedPart } from '../files/mergedCard.ts'
import { configJson } from '../files/configJson.ts'
import { sortedJson } from '../files/sortedJson.ts'
import { writeOnnx } from '../files/onnx/writeOnnx.ts'
import { streamedBytes, type StreamedFile } from '../files/zip.ts'
import { utf8 } from '../lib/bytes.ts'
import { traceOnnx } from '../onnx/traceOnnx.ts'
import { Fault } from '../protocol/failure.ts'
import type { OnnxType } from '../protocol/onnx.ts'
import { MODEL_CLASSES, type TaskType } from '../protocol/taskType.ts'
import type { OpenModel } from './base.ts'
import { cardOf } from './exportMerged.ts'
import { mergedAdapters, type Weighted } from './mergeWeights.ts'
import { mergedModel } from './mergedModel.ts'
import { findTensor } from './weights.ts'

export interface OnnxFacts {
  /** Hub id or folder name of the base. */
  readonly baseModel: string
  readonly name: string
  readonly adapters: readonly MergedPart[]
  /** Of the studio. */
  readonly version: string
  readonly dtype: OnnxType
  /** Bytes of tensors up to which the graph's own file holds them; the format's limit unless said. */
  readonly mostInside?: number
}

/** Below onnx/, as transformers.js asks for it by dtype. */
const FILE_NAMES: Readonly<Record<OnnxType, string>> = { fp32: 'model.onnx', fp16: 'model_fp16.onnx' }

/** Files by path. Throws `bad-adapter` for what cannot be merged. */
export function exportOnnx(model: OpenModel, given: readonly Weighted[], facts: OnnxFacts): Map<string, StreamedFile> {
  const { dtype, version, mostInside } = facts
  const merged = mergedModel(model, mergedAdapters(given))
  const { tokenizerJson, tokenizerConfig, generationConfig, chatTemplate } = merged
  const { family } = model
  const own = family.config(merged.config)
  const traced = traceOnnx({
    family,
    config: own,
    type: dtype === 'fp16' ? 'float16' : 'float',
    version,
    weight(name) {
      const found = findTensor(merged, family, name)
      if (!found) throw new Fault('bad-model', `This model has no ${name}.`, 'Train its head first, or choose a model that has one.')
      return found
    },
  })
  const name = FILE_NAMES[dtype]
  const written = writeOnnx(traced, name, mostInside)
  const settings = { ...(dtype === 'fp16' && { kv_cache_dtype: { fp16: 'float16' } }), ...(written.size > 1 && { use_external_data_format: { [name]: true } }) }
  const config = Object.keys(settings).length > 0 ? { ...merged.config, 'transformers.js_config': settings } : merged.config
  const text = (value: string): StreamedFile => streamedBytes(utf8(value))
  const files = new Map<string, StreamedFile>([
    ['README.md', text(mergedCard({ ...facts, ...cardOf(model), library: 'transformers.js', tags: ['onnx'], form: ` in ONNX (${dtype})`, load: loadLines(family.dimensions(own).taskType, dtype) }))],
    ['config.json', text(configJson(config))],
    ['tokenizer.json', text(JSON.stringify(tokenizerJson))],
    // Readers of ONNX folders look for the template here.
    ['tokenizer_config.json', text(sortedJson(chatTemplate === undefined ? tokenizerConfig : { ...tokenizerConfig, chat_template: chatTemplate }))],
  ])
  for (const [path, file] of written) files.set(`onnx/${path}`, file)
  if (generationConfig) files.set('generation_config.json', text(configJson(generationConfig)))
  return files
}

function loadLines(taskType: TaskType, dtype: OnnxType): MergedCard['load'] {
  const auto = MODEL_CLASSES[taskType]
  return [
    'js',
    `import { ${auto}, AutoTokenizer, env } from '@huggingface/transformers'`,
    '',
    "env.localModelPath = 'path/to/the/folder/above/this/one/'",
    `const model = await ${auto}.from_pretrained('this-folder', { dtype: '${dtype}' })`,
    "const tokenizer = await AutoTokenizer.from_pretrained('this-folder')",
  ]
}
