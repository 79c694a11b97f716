// Reads one golden case: case.json, tensors.safetensors, the adapter beside it, and the model folder it names.
import { readFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ModelFolder } from '../../files/modelFolder.ts'
import { openModelFolder } from '../../files/openModelFolder.ts'
import { fileSource, readFolder } from '../../files/nodeSource.ts'
import { readHeader } from '../../files/safetensors.ts'
import { toF32 } from '../../files/dtype.ts'

/** [largest absolute difference, the same relative to the largest magnitude] of PyTorch's own float32 run. */
export type Noise = readonly [number, number]

export interface CaseJson {
  readonly family: string
  readonly method: string
  readonly task: string
  readonly model: string
  readonly hyperparameters?: {
    readonly betas: readonly [number, number]
    readonly eps: number
    readonly max_grad_norm: number
    readonly steps: number
    readonly gradient_accumulation_steps: number
  }
  readonly param_groups?: readonly { readonly lr: number; readonly weight_decay: number; readonly names: readonly string[] }[]
  readonly trainable?: Readonly<Record<string, readonly number[]>>
  readonly lr?: readonly number[]
  readonly grad_norm?: readonly number[]
  readonly loss: readonly number[] | Readonly<Record<string, number>>
  readonly supervised_tokens?: readonly number[]
  readonly null_gradient?: readonly string[]
  readonly no_gradient?: readonly string[]
  readonly f32_noise: Readonly<Record<string, unknown>>
  readonly greedy?: { readonly prompt_ids: readonly number[]; readonly new_ids: readonly number[]; readonly smallest_gap: number }
}

export interface Stored {
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array
}

export interface GoldenCase {
  readonly json: CaseJson
  readonly tensors: ReadonlyMap<string, Stored>
  /** Of the saved adapter. */
  readonly adapterTensors: ReadonlyMap<string, Stored>
  /** The same as an ordinary LoRA, where it starts from a part of the base. */
  readonly plainAdapter: ReadonlyMap<string, Stored>
  readonly model: ModelFolder
  readonly adapterConfig: Readonly<Record<string, unknown>> | undefined
  /** AdapterHub's, for bottleneck adapters. */
  readonly bottleneckConfig: Readonly<Record<string, unknown>> | undefined
}

export async function readCase(folder: string): Promise<GoldenCase> {
  const json = JSON.parse(await readFile(join(folder, 'case.json'), 'utf8')) as CaseJson
  const tensors = await readStored(join(folder, 'tensors.safetensors'))
  const adapter = async (room: string): Promise<Map<string, Stored>> => {
    const file = join(folder, room, 'adapter_model.safetensors')
    return existsSync(file) ? readStored(file) : new Map()
  }
  const [adapterTensors, plainAdapter] = [await adapter('adapter'), await adapter('adapter_as_lora')]
  // `model` is relative to the folder that holds cases/ and models/.
  const model = await openModelFolder(await readFolder(join(dirname(dirname(folder)), json.model)))
  const config = async (room: string): Promise<Record<string, unknown> | undefined> => {
    const path = join(folder, room, 'adapter_config.json')
    return existsSync(path) ? (JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>) : undefined
  }
  const hub = await config('adapterhub')
  return { json, tensors, adapterTensors, plainAdapter, model, adapterConfig: await config('adapter'), bottleneckConfig: hub?.['config'] as Record<string, unknown> | undefined }
}

async function readStored(path: string): Promise<Map<string, Stored>> {
  const source = await fileSource(path)
  const tensors = new Map<string, Stored>()
  for (const [name, e] of (await readHeader(source)).entries) {
    const bytes = (await source.read(e.start, e.end)).slice()
    tensors.set(name, { shape: e.shape, data: e.dtype === 'I32' ? new Int32Array(bytes.buffer) : toF32(bytes, e.dtype) })
  }
  return tensors
}
