// A model with adapters merged in, as a Hugging Face folder in the base's own types, in shards where it is large, written as a
// stream: no more than one tensor is held at a time.
import { sortedJson } from '../files/sortedJson.ts'
import { weightFiles } from '../files/shards.ts'
import type { StreamedFile } from '../files/zip.ts'
import { utf8 } from '../lib/bytes.ts'
import type { OpenModel } from './base.ts'
import { mergedAdapters, type Weighted } from './mergeWeights.ts'
import { mergedModel } from './mergedModel.ts'

export interface MergedFacts {
  /** Hub id or folder name of the base. */
  readonly baseModel: string
  readonly name: string
  /** What was merged, with its weight, for the card. */
  readonly adapters: readonly { readonly name: string; readonly weight: number }[]
  /** Bytes of tensors in one weight file, 5 GB unless said. */
  readonly mostPerShard?: number
}

/** Files by path. Throws `bad-adapter` for what cannot be merged. */
export function exportMerged(model: OpenModel, given: readonly Weighted[], facts: MergedFacts): Map<string, StreamedFile> {
  const merged = mergedModel(model, mergedAdapters(given))
  const { config, tensors, tokenizerJson, tokenizerConfig, generationConfig, chatTemplate } = merged
  const out = new Map([...tensors].map(([name, { dtype, shape, stream }]) => [name, { dtype, shape, stream }]))
  const text = (value: string): StreamedFile => {
    const bytes = utf8(value)
    return { size: bytes.length, stream: async function* () { yield bytes } }
  }
  const files = new Map<string, StreamedFile>([
    ['README.md', text(card(facts))],
    ['config.json', text(sortedJson(config))],
    ...weightFiles(out, facts.mostPerShard),
    ['tokenizer.json', text(JSON.stringify(tokenizerJson))],
    ['tokenizer_config.json', text(sortedJson(tokenizerConfig))],
  ])
  if (generationConfig) files.set('generation_config.json', text(sortedJson(generationConfig)))
  if (chatTemplate !== undefined) files.set('chat_template.jinja', text(chatTemplate))
  return files
}

function card({ baseModel, name, adapters }: MergedFacts): string {
  const line = (value: string): string => value.replace(/\s+/g, ' ').replace(/[<>|]/g, '').trim()
  return [
    '---',
    `base_model: ${JSON.stringify(baseModel)}`,
    'library_name: transformers',
    'pipeline_tag: text-generation',
    'tags:',
    '- "tunesmith"',
    '---',
    '',
    `# ${line(name)}`,
    '',
    `${line(baseModel)} with adapters merged into its weights by Tunesmith:`,
    '',
    ...adapters.map((a) => `- ${line(a.name)}, weight ${a.weight}`),
    '',
    '```python',
    'from transformers import AutoModelForCausalLM, AutoTokenizer',
    '',
    'model = AutoModelForCausalLM.from_pretrained("path/to/this/folder")',
    'tokenizer = AutoTokenizer.from_pretrained("path/to/this/folder")',
    '```',
    '',
  ].join('\n')
}
