// A dropped adapter, opened: one folder saved by this studio, PEFT or AdapterHub, or a union with a folder for each part.
// Tensors stay in their files until they are read. Which of them a method needs is the method's business.
import { Fault } from '../protocol/failure.ts'
import type { JsonObject } from '../protocol/record.ts'
import { totalSize, type ByteSource } from './byteSource.ts'
import { toF32, type DType } from './dtype.ts'
import { readJsonFile } from './jsonFile.ts'
import { readHeader } from './safetensors.ts'

export interface StoredTensor {
  readonly shape: readonly number[]
  readonly dtype: DType
  readonly source: ByteSource
  /** Bytes in the source. */
  readonly start: number
  readonly end: number
}
export interface AdapterPart {
  /** Its folder in a union: `1-lora`; empty for a single adapter. */
  readonly folder: string
  /** `tunesmith`: tensors under the model's own names, and no adapter_config.json. */
  readonly layout: 'peft' | 'adapterhub' | 'tunesmith'
  /** Content of adapter_config.json. */
  readonly config: JsonObject
  readonly tensors: ReadonlyMap<string, StoredTensor>
}
export interface AdapterFolder {
  /** In a union's order. */
  readonly parts: readonly AdapterPart[]
  /** Content of recipe.json, where the adapter was made here. */
  readonly recipe?: JsonObject
  readonly bytes: number
  /** What belongs to the adapter: names relative to its folder, for keeping it. */
  readonly files: ReadonlyMap<string, ByteSource>
}

const LAYOUTS: Readonly<Record<string, AdapterPart['layout']>> = {
  'adapter_model.safetensors': 'peft',
  'adapter.safetensors': 'adapterhub',
  'tensors.safetensors': 'tunesmith',
}
const CONFIG = 'adapter_config.json'
/** The head of a model for classes, which AdapterHub saves beside its adapters. */
const HEAD = 'model_head.safetensors'
const KEPT = new Set([CONFIG, ...Object.keys(LAYOUTS), HEAD, 'head_config.json', 'README.md', 'recipe.json', 'load_adapter.py'])
/** Weights as Python pickles: opening one can run any program. */
const PICKLES = ['adapter_model.bin', 'pytorch_adapter.bin', 'pytorch_model_adapter.bin']

const bad = (message: string, hint = 'Drop the whole folder of one adapter, or its zip.'): Fault => new Fault('bad-adapter', message, hint)

export async function readTensor(t: StoredTensor, name: string): Promise<Float32Array<ArrayBuffer>> {
  return toF32(await t.source.read(t.start, t.end), t.dtype, `Tensor ${name}`)
}

export async function openAdapterFolder(given: ReadonlyMap<string, ByteSource>): Promise<AdapterFolder> {
  const split = (path: string): [folder: string, name: string] => [path.slice(0, path.lastIndexOf('/') + 1), path.slice(path.lastIndexOf('/') + 1)]
  const folders = new Map<string, Map<string, ByteSource>>()
  for (const [path, source] of given) {
    const [folder, name] = split(path)
    folders.set(folder, (folders.get(folder) ?? new Map<string, ByteSource>()).set(name, source))
  }
  const depth = (folder: string): number => folder.split('/').length
  const holding = [...folders].filter(([, files]) => [CONFIG, ...Object.keys(LAYOUTS), ...PICKLES].some((name) => files.has(name)))
  const least = Math.min(...holding.map(([folder]) => depth(folder)))
  const chosen = holding.filter(([folder]) => depth(folder) === least).toSorted(([a], [b]) => place(a) - place(b) || (a < b ? -1 : 1))
  if (chosen.length === 0) throw notAnAdapter(given)
  const [first] = chosen
  if (chosen.length === 1) {
    const [folder, files] = first
    const parts = [await openPart('', files)]
    return { parts, ...(await recipeOf(files)), ...kept(folder, parts, given) }
  }
  const parent = (folder: string): string => folder.replace(/[^/]*\/$/, '')
  const root = parent(first[0])
  const isUnion = chosen.every(([folder]) => parent(folder) === root && /^\d+-[\w.-]+\/$/.test(folder.slice(root.length)))
  if (!isUnion) throw bad(`These files hold ${chosen.length} adapters (${chosen.map(([folder]) => folder.replace(/\/$/, '') || 'the folder itself').join(', ')}).`, 'Drop them one at a time.')
  const parts: AdapterPart[] = []
  for (const [folder, files] of chosen) parts.push(await openPart(folder.slice(root.length, -1), files))
  return { parts, ...(await recipeOf(folders.get(root))), ...kept(root, parts, given) }
}

/** The number that a part of a union starts with. */
const place = (folder: string): number => Number(/(\d+)-[^/]*\/$/.exec(folder)?.[1] ?? 0)

/** Not everything that lay there: a checkpoint of a training run brings an optimizer along. */
function kept(root: string, parts: readonly AdapterPart[], given: ReadonlyMap<string, ByteSource>): Pick<AdapterFolder, 'files' | 'bytes'> {
  const folders = new Set(['', ...parts.map((p) => p.folder)])
  const belongs = (path: string): boolean => {
    const cut = path.lastIndexOf('/')
    return folders.has(path.slice(0, Math.max(0, cut))) && KEPT.has(path.slice(cut + 1))
  }
  const own = [...given].filter(([path]) => path.startsWith(root)).map(([path, source]) => [path.slice(root.length), source] as const)
  const files = new Map(own.filter(([path]) => belongs(path)))
  return { files, bytes: totalSize(files.values()) }
}

async function openPart(folder: string, files: ReadonlyMap<string, ByteSource>): Promise<AdapterPart> {
  const at = folder === '' ? '' : `${folder}/`
  const weights = Object.keys(LAYOUTS).find((name) => files.has(name))
  if (weights === undefined) {
    const pickle = PICKLES.find((name) => files.has(name))
    if (pickle !== undefined)
      throw bad(`The weights are only in ${at}${pickle}, a Python pickle, which can run programs and is never opened here.`, 'Save the adapter once more as safetensors: save_pretrained in PEFT, save_adapter with use_safetensors in AdapterHub.')
    throw bad(`${at}${CONFIG} is there, but the weights (${Object.keys(LAYOUTS).slice(0, 2).join(' or ')}) are missing.`)
  }
  const tensors = new Map<string, StoredTensor>()
  for (const source of [files.get(weights)!, files.get(HEAD)]) {
    if (!source) continue
    const { entries } = await readHeader(source)
    for (const { name, ...e } of entries.values()) tensors.set(name, { ...e, source })
  }
  const layout = LAYOUTS[weights]
  const configSource = files.get(CONFIG)
  if (!configSource) {
    if (layout !== 'tunesmith') throw bad(`${at}${weights} is there, but ${CONFIG} is missing.`)
    return { folder, layout, config: {}, tensors }
  }
  const read = await readJsonFile(configSource)
  if ('problem' in read) throw bad(`${at}${read.problem}`)
  return { folder, layout, config: read.value, tensors }
}

async function recipeOf(files: ReadonlyMap<string, ByteSource> | undefined): Promise<Pick<AdapterFolder, 'recipe'>> {
  const source = files?.get('recipe.json')
  const read = source && (await readJsonFile(source))
  return read && 'value' in read ? { recipe: read.value } : {}
}

function notAnAdapter(given: ReadonlyMap<string, ByteSource>): Fault {
  const names = [...given.keys()].map((path) => path.replace(/^.*\//, ''))
  if (names.includes('config.json') && names.some((name) => name.endsWith('.safetensors')))
    return bad('This folder is a whole model, as full tuning leaves it, and not an adapter.', 'Open it as the base model.')
  if (names.some((name) => name.endsWith('.safetensors') || name.endsWith('.bin') || name.endsWith('.pt')))
    return bad(`These files hold no adapter: ${CONFIG} is missing beside ${names.find((name) => /\.(safetensors|bin|pt)$/.test(name))}.`)
  return bad(`These files hold no adapter: neither ${CONFIG} nor weights are among them.`)
}
