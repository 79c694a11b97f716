// Opens a Hugging Face model folder or a GGUF file. Invariant: either everything needed is present and consistent, or one Fault lists
// all that is not.
import { hex, utf8 } from '../lib/bytes.ts'
import { Sha256 } from '../lib/sha256.ts'
import { Fault } from '../protocol/failure.ts'
import type { JsonObject } from '../protocol/record.ts'
import { hashSource, type ByteSource } from './byteSource.ts'
import { openGguf } from './gguf/openGguf.ts'
import { readJsonFile } from './jsonFile.ts'
import { licenceOf } from './licenceOf.ts'
import type { ModelFolder } from './modelFolder.ts'
import { readChatTemplate } from './readChatTemplate.ts'
import { readTensors } from './readTensors.ts'
import { withTrueTying } from './tiedHead.ts'

/** Files beside the weights that are read where they are there. */
const BESIDE = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'generation_config.json', 'chat_template.jinja', 'README.md', 'model.safetensors.index.json']

export async function openModelFolder(given: ReadonlyMap<string, ByteSource>): Promise<ModelFolder> {
  const files = withoutPrefix(given)
  const ggufs = [...files].filter(([path]) => /\.gguf$/i.test(path))
  // Repositories of GGUF files often bring the model's config.json along.
  if (ggufs.length > 0 && ![...files.keys()].some((path) => path.endsWith('.safetensors'))) {
    if (ggufs.length > 1) throw new Fault('bad-model', `Here are ${ggufs.length} GGUF files, ${ggufs.map(([path]) => path).slice(0, 3).join(', ')}, and a model is one.`, 'Choose one of them.')
    const opened = await openGguf(ggufs[0][1])
    const card = files.get('README.md')
    const said = opened.licence ?? (await licenceOf(card))
    return { ...opened, ...(said && { licence: said }), ...(card && { files: new Map([...opened.files, ['README.md', card]]) }) }
  }
  const problems: string[] = []

  const json = async (name: string, required: boolean): Promise<JsonObject | undefined> => {
    const source = files.get(name)
    if (!source) {
      if (required) problems.push(`${name} is missing.`)
      return undefined
    }
    const read = await readJsonFile(source)
    if ('value' in read) return read.value
    problems.push(read.problem)
    return undefined
  }
  const config = (await json('config.json', true)) ?? {}
  const modelType = config['model_type']
  if (files.has('config.json') && typeof modelType !== 'string') problems.push('config.json does not say its model_type.')
  const tokenizerJson = (await json('tokenizer.json', true)) ?? {}
  const tokenizerConfig = (await json('tokenizer_config.json', false)) ?? {}
  const generationConfig = await json('generation_config.json', false)
  const chatTemplate = await readChatTemplate(files, tokenizerConfig, problems)
  const licence = await licenceOf(files.get('README.md'))
  const { tensors, shards } = await readTensors(files, problems)

  if (problems.length > 0 || typeof modelType !== 'string')
    throw new Fault(
      'bad-model',
      `This folder is not a complete model: ${problems.join(' ')}`,
      'Choose a folder with config.json, tokenizer.json and safetensors weights, as Hugging Face lays it out.',
      problems.join('\n'),
    )
  let parameters = 0
  let bytes = 0
  for (const t of tensors.values()) {
    parameters += t.shape.reduce((n, d) => n * d, 1)
    bytes += t.bytes
  }
  return {
    config: await withTrueTying(config, tensors),
    modelType,
    tensors,
    bytes,
    parameters,
    tokenizerJson,
    tokenizerConfig,
    ...(chatTemplate === undefined ? {} : { chatTemplate }),
    ...(generationConfig === undefined ? {} : { generationConfig }),
    ...(licence && { licence }),
    files: new Map([...BESIDE, ...shards].flatMap((name) => (files.has(name) ? [[name, files.get(name)!]] : []))),
    async hash(hashOf = hashSource) {
      const hash = new Sha256()
      for (const name of ['config.json', ...shards]) {
        const source = files.get(name)
        if (source) hash.update(utf8(`${name} ${await hashOf(source)}\n`))
      }
      return hex(hash.digest())
    },
  }
}

/** A dropped folder brings its own name along, and a downloaded archive may bring several: the root is where config.json lies. */
function withoutPrefix(files: ReadonlyMap<string, ByteSource>): ReadonlyMap<string, ByteSource> {
  const roots = [...files.keys()].filter((p) => /(^|\/)config\.json$/.test(p)).map((p) => p.slice(0, -'config.json'.length))
  const depth = (p: string): number => p.split('/').length
  const root = roots.sort((a, b) => depth(a) - depth(b))[0] ?? commonFolder([...files.keys()])
  return new Map([...files].filter(([p]) => p.startsWith(root)).map(([p, s]) => [p.slice(root.length), s]))
}

function commonFolder(paths: readonly string[]): string {
  const first = paths[0] ?? ''
  const folder = first.slice(0, first.indexOf('/') + 1)
  return paths.every((p) => p.startsWith(folder)) ? folder : ''
}
