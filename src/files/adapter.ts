// The container of a PEFT adapter: adapter_config.json, adapter_model.safetensors, README.md. Equal adapters give
// equal bytes. Which keys and tensors a method has is the method's business; unknown ones pass through.
import { utf8 } from '../lib/bytes.ts'
import { Fault } from '../protocol/failure.ts'
import type { JsonObject } from '../protocol/record.ts'
import type { ByteSource } from './byteSource.ts'
import { toF32 } from './dtype.ts'
import { readJsonFile } from './jsonFile.ts'
import { readHeader } from './safetensors.ts'
import { sortedJson } from './sortedJson.ts'
import { writeSafetensors } from './writeSafetensors.ts'

export interface AdapterTensor {
  readonly shape: readonly number[]
  readonly data: Float32Array
}
export interface Adapter {
  /** The content of adapter_config.json. */
  readonly config: JsonObject
  readonly tensors: ReadonlyMap<string, AdapterTensor>
  /** The content of README.md. */
  readonly card: string
}

export function adapterFiles(adapter: Adapter): Map<string, Uint8Array<ArrayBuffer>> {
  const tensors = new Map(
    [...adapter.tensors].map(([name, { shape, data }]) => [
      name,
      { dtype: 'F32' as const, shape, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) },
    ]),
  )
  return new Map([
    ['README.md', utf8(adapter.card)],
    ['adapter_config.json', utf8(sortedJson(adapter.config))],
    ['adapter_model.safetensors', writeSafetensors(tensors, { format: 'pt' })],
  ])
}

export async function readAdapter(given: ReadonlyMap<string, ByteSource>): Promise<Adapter> {
  const bad = (what: string): Fault =>
    new Fault(
      'bad-adapter',
      `This is not a complete PEFT adapter: ${what}`,
      'Choose a folder with adapter_config.json and adapter_model.safetensors.',
    )
  // A dropped folder brings its own name along.
  const path = [...given.keys()].filter((p) => /(^|\/)adapter_config\.json$/.test(p)).sort((a, b) => a.length - b.length)[0]
  if (path === undefined) throw bad('adapter_config.json is missing.')
  const file = (name: string): ByteSource | undefined => given.get(path.slice(0, -'adapter_config.json'.length) + name)

  const configSource = file('adapter_config.json')
  const read = configSource ? await readJsonFile(configSource) : { problem: 'adapter_config.json is missing.' }
  if ('problem' in read) throw bad(read.problem)
  if (typeof read.value['peft_type'] !== 'string') throw bad('adapter_config.json does not say its peft_type.')
  const weights = file('adapter_model.safetensors')
  if (!weights)
    throw bad(
      file('adapter_model.bin')
        ? 'the weights are only in adapter_model.bin; load and save it once in PEFT to get adapter_model.safetensors.'
        : 'adapter_model.safetensors is missing.',
    )
  const { entries } = await readHeader(weights)
  const tensors = new Map<string, AdapterTensor>()
  for (const { name, dtype, shape, start, end } of entries.values())
    tensors.set(name, { shape, data: toF32(await weights.read(start, end), dtype, `Tensor ${name}`) })
  const card = file('README.md')
  return { config: read.value, tensors, card: card ? new TextDecoder().decode(await card.read(0, card.size)) : '' }
}
