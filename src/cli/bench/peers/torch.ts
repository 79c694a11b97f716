// PyTorch with transformers and PEFT in a process of its own: on its CUDA device, else on the processor. It reads base and adapter
// from a folder, as people's scripts do.
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { writeSafetensors, type OutTensor } from '../../../files/writeSafetensors.ts'
import { Fault } from '../../../protocol/failure.ts'
import type { LoraSpec, NamedTensor } from '../loraSpec.ts'
import type { Peer, Training } from './peer.ts'
import script from './torchStep.py?raw'

type Facts = Readonly<Record<string, unknown>>

/** Losses of bfloat16 differ from ours by its three digits. */
const HALF_TOLERANCE = 2e-2

/**
 * Peers that train: in float32, and where there is CUDA also with the base in bfloat16.
 * @param python a Python with torch, transformers and peft
 */
export async function openTorch(python: string): Promise<Peer[]> {
  const probe = new Session(python)
  const { torch, transformers, peft, device, cuda } = await probe.read()
  probe.end()
  const version = `${torch} with transformers ${transformers} and PEFT ${peft} on ${device}`
  const peer = (name: string, dtype: string, lossTolerance?: number): Peer => ({
    name,
    version,
    anyModel: true,
    ...(lossTolerance !== undefined && { lossTolerance }),
    train: (spec) => train(python, dtype, spec),
  })
  return [peer('PyTorch', 'float32'), ...(cuda === true ? [peer('PyTorch, bf16', 'bfloat16', HALF_TOLERANCE)] : [])]
}

/** A Python that answers every line with a line. */
class Session {
  private readonly child: ChildProcessByStdio<Writable, Readable, Readable>
  private readonly answers: AsyncIterator<string>
  private said = ''

  constructor(private readonly python: string) {
    this.child = spawn(python, ['-c', script], { stdio: ['pipe', 'pipe', 'pipe'] })
    this.child.stderr.on('data', (text: Buffer) => (this.said = (this.said + String(text)).slice(-2000)))
    this.child.on('error', (error) => (this.said = error.message))
    // What is written to a process that has ended is lost; its last words say why.
    this.child.stdin.on('error', () => undefined)
    this.answers = createInterface(this.child.stdout)[Symbol.asyncIterator]()
  }

  ask(order: Facts): Promise<Facts> {
    this.child.stdin.write(`${JSON.stringify(order)}\n`)
    return this.read()
  }

  async read(): Promise<Facts> {
    const { value, done } = await this.answers.next()
    if (!done) return JSON.parse(value) as Facts
    throw new Fault('bad-recipe', `${this.python} ended: ${this.said.trim().split('\n').at(-1) ?? 'no word why'}.`, 'Name a Python that has torch, transformers and peft.', this.said)
  }

  end(): void {
    this.child.stdin.end()
  }
}

async function train(python: string, dtype: string, spec: LoraSpec): Promise<Training> {
  const folder = await mkdtemp(join(tmpdir(), 'tunesmith-torch-'))
  const session = new Session(python)
  let used = 0
  let bytes: number | undefined
  const ask = async (order: Facts): Promise<Facts> => {
    const answer = await session.ask(order)
    used = answer['cpu'] as number
    bytes = (answer['bytes'] as number | null | undefined) ?? undefined
    return answer
  }
  try {
    await writeFolders(folder, spec)
    await session.read()
    await ask({ folder, dtype })
  } catch (error) {
    session.end()
    throw error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return {
    step: async () => (await ask({}))['loss'] as number,
    cpu: () => Promise.resolve(used),
    peakBytes: () => bytes,
    dispose: () => session.end(),
  }
}

async function writeFolders(folder: string, { config, weights, adapters, scale, batch, adamw }: LoraSpec): Promise<void> {
  const stored = ({ shape, data }: NamedTensor): OutTensor => ({ dtype: 'F32', shape, data: new Uint8Array(data.buffer) })
  const sides = [...adapters].flatMap(([path, { a, b }]) => [[`base_model.model.${path}.lora_A.weight`, stored(a)], [`base_model.model.${path}.lora_B.weight`, stored(b)]] as const)
  const [{ a: first }] = adapters.values()
  const [r] = first.shape
  const adapterConfig = { peft_type: 'LORA', task_type: 'CAUSAL_LM', r, lora_alpha: scale * r, lora_dropout: 0, target_modules: [...new Set([...adapters.keys()].map((path) => path.split('.').at(-1)!))] }
  const { B, T, tokens, targets } = batch
  await mkdir(join(folder, 'base'))
  await mkdir(join(folder, 'adapter'))
  await writeFile(join(folder, 'base/config.json'), JSON.stringify(config))
  await writeFile(join(folder, 'base/model.safetensors'), writeSafetensors(new Map([...weights].map(([name, t]) => [name, stored(t)])), { format: 'pt' }))
  await writeFile(join(folder, 'adapter/adapter_config.json'), JSON.stringify(adapterConfig))
  await writeFile(join(folder, 'adapter/adapter_model.safetensors'), writeSafetensors(new Map(sides), { format: 'pt' }))
  await writeFile(join(folder, 'batch.json'), JSON.stringify({ B, T, tokens: [...tokens], targets: [...targets], adamw }))
}
