// The weight files of a model folder that is written: one, or numbered shards with the index that names them, as transformers
// splits them.
import { dtypeBytes } from './dtype.ts'
import { sortedJson } from './sortedJson.ts'
import { safetensorsBytes, streamSafetensors, type StreamedTensor } from './writeSafetensors.ts'
import { utf8 } from '../lib/bytes.ts'
import type { StreamedFile } from './zip.ts'

/** transformers' own default, 5 GB of tensors. */
const MOST_PER_SHARD = 5e9

const METADATA = { format: 'pt' }

/**
 * Files by path. A tensor is never cut, so that a larger one has a shard of its own.
 * @param most bytes of tensors in a file
 */
export function weightFiles(tensors: ReadonlyMap<string, StreamedTensor>, most = MOST_PER_SHARD): Map<string, StreamedFile> {
  const shards: Map<string, StreamedTensor>[] = [new Map()]
  let [held, total] = [0, 0]
  for (const [name, tensor] of tensors) {
    const bytes = tensor.shape.reduce((n, d) => n * d, dtypeBytes[tensor.dtype])
    if (held > 0 && held + bytes > most) {
      shards.push(new Map())
      held = 0
    }
    shards.at(-1)!.set(name, tensor)
    held += bytes
    total += bytes
  }
  const fileOf = (held: ReadonlyMap<string, StreamedTensor>): StreamedFile => ({ size: safetensorsBytes(held, METADATA), stream: () => streamSafetensors(held, METADATA) })
  if (shards.length === 1) return new Map([['model.safetensors', fileOf(shards[0])]])
  const number = (n: number): string => String(n).padStart(5, '0')
  const names = shards.map((_, i) => `model-${number(i + 1)}-of-${number(shards.length)}.safetensors`)
  const weightMap = Object.fromEntries(shards.flatMap((shard, i) => [...shard.keys()].map((name) => [name, names[i]])))
  const index = utf8(sortedJson({ metadata: { total_size: total }, weight_map: weightMap }))
  return new Map<string, StreamedFile>([
    ...shards.map((shard, i): [string, StreamedFile] => [names[i], fileOf(shard)]),
    [
      'model.safetensors.index.json',
      {
        size: index.length,
        async *stream() {
          yield index
        },
      },
    ],
  ])
}
