// What the Hub says of one commit of a model: its files with sizes and hashes; and which of them are needed. Refuses, before a
// byte of weights is fetched, what this studio cannot open. Asks nobody.
import { isRecord } from '../protocol/record.ts'
import { Fault } from '../protocol/failure.ts'
import { bytesSource, type ByteSource } from './byteSource.ts'
import { shardNames } from './shardIndex.ts'

export interface HubFile {
  readonly path: string
  readonly bytes: number
  /** Of files that the Hub keeps beside git (LFS): all large ones. */
  readonly sha256?: string
  /** SHA-1 of the git blob, for the others. */
  readonly gitOid?: string
}

export interface HubListing {
  readonly repo: string
  readonly commit: string
  readonly files: readonly HubFile[]
  /** llama.cpp's word for what its GGUF files hold, where the Hub looked. */
  readonly architecture?: string
}

const odd = (found: string): Fault =>
  new Fault('network', `The Hub’s list of this model’s files could not be understood: ${found}.`, 'Check that the address of the Hub is right, and try again.')

const isHash = (v: unknown, length: number): v is string => typeof v === 'string' && v.length === length && /^[0-9a-f]+$/.test(v)

/** Reads the answer of `/api/models/{repo}/revision/{revision}?blobs=true`. */
export function readHubListing(json: unknown, repo: string): HubListing {
  if (!isRecord(json)) throw odd('it is no object')
  const { id, sha, siblings, gguf } = json
  const architecture = isRecord(gguf) && typeof gguf['architecture'] === 'string' ? gguf['architecture'] : undefined
  if (!isHash(sha, 40)) throw odd('it names no commit')
  if (!Array.isArray(siblings)) throw odd('it lists no files')
  // A renamed model answers with its present name.
  return { repo: typeof id === 'string' && /^[\w.-]+(\/[\w.-]+)?$/.test(id) ? id : repo, commit: sha, files: siblings.map(readFile), ...(architecture !== undefined && { architecture }) }
}

function readFile(entry: unknown): HubFile {
  if (!isRecord(entry) || typeof entry['rfilename'] !== 'string') throw odd('a file has no name')
  const { rfilename: path, lfs, blobId, size } = entry
  const bytes = isRecord(lfs) && lfs['size'] !== undefined ? lfs['size'] : size
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0) throw odd(`${path} has no size`)
  const sha256 = isRecord(lfs) ? (lfs['sha256'] ?? lfs['oid']) : undefined
  if (isHash(sha256, 64)) return { path, bytes, sha256 }
  if (!isRecord(lfs) && isHash(blobId, 40)) return { path, bytes, gitOid: blobId }
  throw odd(`${path} has no hash`)
}

const SMALL = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'generation_config.json', 'chat_template.jinja']
/** The card says the licence, which goes on with what is made of the model. */
const MOST_CARD = 2 ** 20
const INDEX = 'model.safetensors.index.json'

export interface HubChoice {
  /** The one file that is the model, where it is GGUF. */
  readonly gguf?: string
  /** config.json first. */
  readonly small: readonly HubFile[]
  /** Says which shards there are; absent where one file holds all weights. */
  readonly index?: HubFile
  /** With an index, the shards by their names, until the index is read. */
  readonly weights: readonly HubFile[]
}

/**
 * The files to fetch; a Fault says why the model cannot be opened.
 * @param wanted path of a GGUF file, where one was named
 */
export function chooseHubFiles({ repo, files }: HubListing, wanted?: string): HubChoice {
  const named = new Map(files.map((file) => [file.path, file]))
  const refuse = (found: string, hint: string): Fault => new Fault('bad-model', `${repo} cannot be opened: ${found}.`, hint)
  if (files.length === 0) throw refuse('it has no files', 'Choose another model.')
  const card = named.get('README.md')
  const cards = card && card.bytes <= MOST_CARD ? [card] : []
  const ggufs = files.filter(({ path }) => /\.gguf$/i.test(path))
  const safe = named.has('model.safetensors') || named.has(INDEX)
  if (wanted !== undefined || (ggufs.length > 0 && !safe && !named.has('adapter_config.json'))) {
    const chosen = wanted === undefined ? ggufs : ggufs.filter(({ path }) => path === wanted)
    const list = ggufs.map(({ path }) => path).slice(0, 12).join(', ')
    if (chosen.length === 0) throw refuse(`it has no ${wanted}${ggufs.length > 0 ? `, only ${list}` : ''}`, 'Name one of its GGUF files, or the model alone.')
    if (chosen.length > 1) throw refuse(`it has ${ggufs.length} GGUF files: ${list}`, `Name one of them, such as ${repo}/${ggufs[0].path}.`)
    if (/-\d{5}-of-\d{5}\.gguf$/i.test(chosen[0].path)) throw refuse(`${chosen[0].path} is one part of several`, 'Choose a file that holds the whole model.')
    return { small: cards, weights: chosen, gguf: chosen[0].path }
  }
  if (!named.has('config.json')) {
    if (named.has('adapter_config.json')) throw refuse('it is an adapter and not a whole model', 'Open the base model that its card names.')
    throw refuse('it has no config.json', 'Choose a model in the layout of transformers; a model’s card says what made it.')
  }
  const single = named.get('model.safetensors')
  const index = named.get(INDEX)
  if (!single && !index) {
    const found = files.map((f) => f.path).filter((path) => !path.includes('/') && /\.(safetensors|bin|pt|pth|ckpt|h5|msgpack|gguf|onnx)$/.test(path))
    if (found.some((path) => path.endsWith('.bin') || /\.(pt|pth|ckpt)$/.test(path)))
      throw refuse(`its weights are only PyTorch pickles (${found.slice(0, 3).join(', ')}), which may run code when they are opened`, 'Choose a copy with model.safetensors; many models have one in a pull request, as revision refs/pr/1.')
    throw refuse(`it has no model.safetensors${found.length > 0 ? `, only ${found.slice(0, 3).join(', ')}` : ''}`, 'Choose a model with safetensors weights.')
  }
  if (!named.has('tokenizer.json')) throw refuse('it has no tokenizer.json', 'Choose a model with a fast tokenizer; in transformers, save_pretrained of one writes the file.')
  const small = [...SMALL.flatMap((path) => named.get(path) ?? []), ...cards]
  if (single) return { small, weights: [single] }
  return { small, ...(index && { index }), weights: files.filter(({ path }) => /^[\w.-]+-\d+-of-\d+\.safetensors$/.test(path)) }
}

/** The shards that an index names, each of which the commit must have. */
export async function shardFiles({ repo, files }: HubListing, index: Uint8Array): Promise<readonly HubFile[]> {
  const problems: string[] = []
  const sources: ReadonlyMap<string, ByteSource> = new Map([[INDEX, bytesSource(index, INDEX)]])
  const { shards } = await shardNames(sources, problems)
  const found = shards.flatMap((name) => files.find((f) => f.path === name) ?? [])
  for (const name of shards) if (!found.some((f) => f.path === name)) problems.push(`${INDEX} names ${name}, which is not there.`)
  if (problems.length > 0) throw new Fault('bad-model', `${repo} cannot be opened: ${problems.join(' ')}`, 'Choose another revision of it.', problems.join('\n'))
  return found
}
