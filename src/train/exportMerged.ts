// A model with adapters merged in, as a Hugging Face folder in the base's own types, in shards where it is large, written as a
// stream: no more than one tensor is held at a time.
import { mergedCard, type MergedCard, type MergedPart } from '../files/mergedCard.ts'
import { configJson } from '../files/configJson.ts'
import { sortedJson } from '../files/sortedJson.ts'
import { weightFiles } from '../files/shards.ts'
import { streamedBytes, type StreamedFile } from '../files/zip.ts'
import { utf8 } from '../lib/bytes.ts'
import { MODEL_CLASSES, type TaskType } from '../protocol/taskType.ts'
import type { OpenModel } from './base.ts'
import { mergedAdapters, type Weighted } from './mergeWeights.ts'
import { mergedModel } from './mergedModel.ts'

export interface MergedFacts {
  /** Hub id or folder name of the base. */
  readonly baseModel: string
  readonly name: string
  /** What was merged, with its weight, for the card. */
  readonly adapters: readonly MergedPart[]
  /** Bytes of tensors in one weight file, 5 GB unless said. */
  readonly mostPerShard?: number
}

/** Files by path. Throws `bad-adapter` for what cannot be merged. */
export function exportMerged(model: OpenModel, given: readonly Weighted[], facts: MergedFacts): Map<string, StreamedFile> {
  const merged = mergedModel(model, mergedAdapters(given))
  const { config, tensors, tokenizerJson, tokenizerConfig, generationConfig, chatTemplate } = merged
  const out = new Map([...tensors].map(([name, { dtype, shape, stream }]) => [name, { dtype, shape, stream }]))
  const text = (value: string): StreamedFile => streamedBytes(utf8(value))
  const files = new Map<string, StreamedFile>([
    ['README.md', text(mergedCard({ ...facts, ...cardOf(model), library: 'transformers', load: mergedLoadLines(model.outline.taskType) }))],
    ['config.json', text(configJson(config))],
    ...weightFiles(out, facts.mostPerShard),
    ['tokenizer.json', text(JSON.stringify(tokenizerJson))],
    ['tokenizer_config.json', text(sortedJson(tokenizerConfig))],
  ])
  if (generationConfig) files.set('generation_config.json', text(configJson(generationConfig)))
  if (chatTemplate !== undefined) files.set('chat_template.jinja', text(chatTemplate))
  return files
}

/** What every card of a merged model says of its base. */
export const cardOf = ({ folder, outline: { taskType } }: OpenModel): Pick<MergedCard, 'licence' | 'task'> => ({
  ...(folder.licence && { licence: folder.licence }),
  ...(taskType !== 'CAUSAL_LM' && { task: taskType === 'SEQ_CLS' ? 'text-classification' : 'token-classification' }),
})

/** How transformers loads the folder. */
export function mergedLoadLines(taskType: TaskType): MergedCard['load'] {
  const auto = MODEL_CLASSES[taskType]
  return ['python', `from transformers import ${auto}, AutoTokenizer`, '', `model = ${auto}.from_pretrained("path/to/this/folder")`, 'tokenizer = AutoTokenizer.from_pretrained("path/to/this/folder")']
}
