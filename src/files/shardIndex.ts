// Which weight files a model folder has: one model.safetensors, or the shards an index names. An index comes from
// outside, so a shard name may only be a plain file name of the same folder.
import { isRecord } from '../protocol/record.ts'
import type { ByteSource } from './byteSource.ts'
import { readJsonFile } from './jsonFile.ts'

export interface ShardIndex {
  readonly shards: readonly string[]
  /** Tensors the index promises; none for a single file. */
  readonly names: ReadonlySet<string>
}

const NONE: ShardIndex = { shards: [], names: new Set() }

export async function shardNames(files: ReadonlyMap<string, ByteSource>, problems: string[]): Promise<ShardIndex> {
  const source = files.get('model.safetensors.index.json')
  if (!source || files.has('model.safetensors')) {
    if (files.has('model.safetensors')) return { shards: ['model.safetensors'], names: new Set() }
    problems.push(withoutSafetensors([...files.keys()]))
    return NONE
  }
  const read = await readJsonFile(source)
  if ('problem' in read) {
    problems.push(read.problem)
    return NONE
  }
  const map = read.value['weight_map']
  if (!isRecord(map) || Object.keys(map).length === 0) {
    problems.push(`${source.name} has no weight_map.`)
    return NONE
  }
  const values = [...new Set(Object.values(map))]
  const shards = values.filter(isSafeName)
  for (const v of values)
    if (!isSafeName(v)) problems.push(`${source.name} names ${JSON.stringify(v)}, which is not a file of this folder.`)
  return { shards: shards.sort(), names: new Set(Object.keys(map)) }
}

function isSafeName(v: unknown): v is string {
  // Subfolders are harmless; everything that could leave the folder is not.
  return typeof v === 'string' && v !== '' && !/^[/\\]|^[a-z]:|:\/\/|\\|\0/i.test(v) && !v.split('/').includes('..')
}

function withoutSafetensors(names: readonly string[]): string {
  const old = names.filter((n) => /\.(bin|pt|pth|ckpt|h5|msgpack|gguf|onnx)$/.test(n))
  const other = names.filter((n) => n.endsWith('.safetensors'))
  if (other.length > 0)
    return `model.safetensors is missing; found ${other.slice(0, 3).join(', ')}, and shards need model.safetensors.index.json.`
  if (old.length === 0) return 'model.safetensors is missing.'
  const found = old.slice(0, 3).join(', ')
  return `The weights are only in ${found}; convert them to safetensors first (in transformers: save_pretrained).`
}
