import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findPython, runPython, withoutPython } from '../../e2e/golden/findPython.ts'
import { goldenModel, goldenRoot } from '../../e2e/golden/goldenFiles.ts'
import { readAdapter, type Adapter } from '../files/adapter.ts'
import { bytesSource } from '../files/byteSource.ts'
import { readGguf } from '../files/gguf/readGguf.ts'
import { readFolder } from '../files/nodeSource.ts'
import { ggufLora } from './ggufLora.ts'
import { readLora } from './loraAdapter.ts'

const golden = async (name: string): Promise<Adapter> => readAdapter(await readFolder(join(goldenRoot, 'cases', name, 'adapter')))
const configOf = async (name: string): Promise<Record<string, unknown>> => (await goldenModel(name.split('__')[0])).config

async function bytesOf(name: string, adapter: Adapter): Promise<Uint8Array<ArrayBuffer>> {
  const parts: BlobPart[] = []
  for await (const part of ggufLora(adapter, { name, config: await configOf(name) }).stream()) parts.push(part as BlobPart)
  return new Uint8Array(await new Blob(parts).arrayBuffer())
}

let python: string | undefined
let folder = ''
beforeAll(async () => {
  const found = await findPython()
  if (found && (await promisify(execFile)(found, ['-c', 'import gguf']).then(() => true, () => false))) python = found
  folder = await mkdtemp(join(tmpdir(), 'tunesmith-gguf-'))
}, 150_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a LoRA for llama.cpp', () => {
  it('scales by one alpha over the rank, with the rest within B', async () => {
    const adapter = await golden('llama__lora_patterns')
    const source = bytesSource(await bytesOf('llama__lora_patterns', adapter), 'x.gguf')
    const { metadata, tensors } = await readGguf(source)
    expect(metadata.get('general.type')?.value).toBe('adapter')
    expect(metadata.get('general.architecture')?.value).toBe('llama')
    const read = async (name: string): Promise<Float32Array> => {
      const { start, end } = tensors.get(name)!
      return new Float32Array((await source.read(start, end)).buffer)
    }
    const { modules } = readLora(adapter)
    expect(tensors.size).toBe(2 * modules.size)
    expect(new Set([...modules.values()].map((m) => m.scaling * m.rank)).size).toBeGreaterThan(1)
    for (const m of modules.values()) {
      if (/\.[qk]_proj$/.test(m.path)) continue
      const name = `blk.${/\.(\d+)\./.exec(m.path)![1]}.${{ v_proj: 'attn_v', o_proj: 'attn_output', gate_proj: 'ffn_gate', up_proj: 'ffn_up', down_proj: 'ffn_down' }[m.path.replace(/.*\./, '')]}.weight`
      expect(await read(`${name}.lora_a`)).toEqual(m.a)
      const scale = Number(metadata.get('adapter.lora.alpha')!.value) / m.rank
      const b = await read(`${name}.lora_b`)
      for (const [i, x] of b.entries()) expect(Math.abs(scale * x - m.scaling * m.b[i])).toBeLessThanOrEqual(1e-6 * Math.abs(m.scaling * m.b[i]))
    }
  })

  it('orders rows of q and k as llama.cpp rotates them: neighbours instead of halves', async () => {
    const adapter = await golden('llama__lora_all')
    const source = bytesSource(await bytesOf('llama__lora_all', adapter), 'x.gguf')
    const { start, end } = (await readGguf(source)).tensors.get('blk.1.attn_k.weight.lora_b')!
    const found = new Float32Array((await source.read(start, end)).buffer)
    const { b, rank } = readLora(adapter).modules.get('model.layers.1.self_attn.k_proj')!
    // Heads of 8 rows.
    const order = [0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15]
    expect(found).toEqual(Float32Array.from(order.flatMap((row) => [...b.subarray(row * rank, (row + 1) * rank)])))
  })

  it.each([
    { name: 'gpt2__lora_bias_all', why: 'biases' },
    { name: 'llama__lora_save_head', why: 'lm_head.weight as a whole' },
  ])('refuses $name: $why', async ({ name, why }) => {
    const [adapter, config] = [await golden(name), await configOf(name)]
    expect(() => ggufLora(adapter, { name, config })).toThrow(why)
  })

  it('refuses DoRA, other methods, classes, tied heads and models that llama.cpp does not know', async () => {
    const [adapter, config] = [await golden('llama__lora_embed_head'), await configOf('llama')]
    const write = (changes: object, of: object = {}) => () => ggufLora({ ...adapter, config: { ...adapter.config, ...changes } }, { name: 'x', config: { ...config, ...of } })
    expect(write({})).not.toThrow()
    expect(write({ use_dora: true })).toThrow('DoRA')
    expect(write({ peft_type: 'IA3' })).toThrow('IA3')
    expect(write({ task_type: 'SEQ_CLS' })).toThrow('SEQ_CLS')
    expect(write({}, { tie_word_embeddings: true })).toThrow('keeps as one')
    expect(write({}, { model_type: 'opt' })).toThrow('opt')
  })

  // gguf's own table of names and PEFT's own tensors.
  it.for(['llama__lora_all', 'llama__lora_patterns', 'llama__lora_embed_head', 'llama_tied__lora_all', 'gpt2__lora_all', 'qwen2__lora_qv'])('%s in the gguf package', { timeout: 150_000 }, async (name, context) => {
    if (!python) return context.skip(withoutPython)
    const file = join(folder, `${name}.gguf`)
    await writeFile(file, await bytesOf(name, await golden(name)))
    await runPython(python, 'check_gguf.py', ['lora', join(goldenRoot, 'models', name.split('__')[0]), join(goldenRoot, 'cases', name, 'adapter'), file])
  })
})
