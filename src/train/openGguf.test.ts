import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { goldenModel, goldenRoot } from '../../e2e/golden/goldenFiles.ts'
import { bytesSource } from '../files/byteSource.ts'
import { dequantize } from '../files/gguf/dequantize.ts'
import { readGguf } from '../files/gguf/readGguf.ts'
import type { ModelFolder } from '../files/modelFolder.ts'
import { openModelFolder } from '../files/openModelFolder.ts'
import { f16ToF32, f32ToF16 } from '../lib/halfFloat.ts'
import { openModel } from './base.ts'
import { exportGguf, type GgufForm } from './exportGguf.ts'
import { openAdapter } from './openAdapter.ts'
import { openAdapterFolder } from '../files/adapterFolder.ts'
import { readFolder } from '../files/nodeSource.ts'
import { mergedAdapters, type Weighted } from './mergeWeights.ts'
import { mergedModel } from './mergedModel.ts'
import { testConfigs, testFolder } from './testFolder.ts'
import { findTensor } from './weights.ts'

async function fileOf(folder: ModelFolder, type: GgufForm, given: readonly Weighted[] = []): Promise<Uint8Array<ArrayBuffer>> {
  const parts: BlobPart[] = []
  for await (const part of exportGguf(openModel(folder), given, { name: 'x', baseModel: 'x', type }).file.stream()) parts.push(part as BlobPart)
  return new Uint8Array(await new Blob(parts).arrayBuffer())
}
const reopened = async (folder: ModelFolder, type: GgufForm): Promise<ModelFolder> => openModelFolder(new Map([['a/model.gguf', bytesSource(await fileOf(folder, type), 'model.gguf')]]))
const TEXTS = ['hello there', 'it’s 12345 ☃', '  two\n\nlines', 'déjà vu']

describe('a GGUF file as a base', () => {
  it.each(['llama', 'llama_tied', 'llama_bias', 'qwen2', 'gpt2'])('%s: the same tensors, settings and tokens as the folder it was written from', async (name) => {
    const folder = await goldenModel(name)
    const again = await reopened(folder, 'F32')
    const [model, opened] = [openModel(folder), openModel(again)]
    expect(again.modelType).toBe(folder.modelType)
    for (const path of model.outline.tensors) {
      const [before, after] = [findTensor(folder, model.family, path)!, findTensor(again, model.family, path)!]
      expect(after.shape).toEqual(before.shape)
      expect(await after.readF32()).toEqual(await before.readF32())
    }
    expect(rounded(opened.config)).toEqual(rounded(model.config))
    for (const text of TEXTS) {
      const ids = opened.tokenizer().encode(text, { special: true })
      expect(ids).toEqual(model.tokenizer().encode(text, { special: true }))
      expect(opened.tokenizer().decode(ids)).toBe(model.tokenizer().decode(ids))
    }
    expect(opened.tokenizer().eosId).toBe(model.tokenizer().eosId)
    expect(again.chatTemplate).toBe(folder.chatTemplate)
  })

  // Families without a golden checkpoint here: every tensor of each comes back, whatever its rows.
  it.each(['llama', 'qwen2', 'qwen3', 'gemma2', 'gemma3_text', 'phi3', 'smollm3', 'gpt2', 'gpt_neox'])('every tensor of %s comes back', async (name) => {
    const { tokenizerJson, tokenizerConfig } = await goldenModel('qwen2')
    const vocabulary = 389
    const plain = testFolder(name, { vocab_size: vocabulary, ...(name === 'phi3' && { sliding_window: null }) })
    const folder = { ...plain, tokenizerJson, tokenizerConfig }
    expect(testConfigs[name]).toBeDefined()
    const again = await reopened(folder, 'F32')
    const [model, opened] = [openModel(folder), openModel(again)]
    for (const path of model.outline.tensors) {
      const [before, after] = [await findTensor(folder, model.family, path)!.readF32(), await findTensor(again, opened.family, path)!.readF32()]
      // Gemma's norms are kept about 1 there.
      const near = name.startsWith('gemma') ? 2e-7 : 0
      expect(after.length).toBe(before.length)
      expect(Math.max(...after.map((x, i) => Math.abs(x - before[i])))).toBeLessThanOrEqual(near)
    }
  })

  it('reads blocks as halves, the same in pieces and at once', async () => {
    const folder = await goldenModel('qwen2_f16')
    const again = await reopened(folder, 'Q8_0')
    const entry = again.tensors.get('model.layers.0.mlp.down_proj.weight')!
    expect(entry.dtype).toBe('F16')
    const pieces: number[] = []
    for await (const piece of entry.stream()) pieces.push(...piece)
    expect(Uint8Array.from(pieces)).toEqual(await entry.read())
    const [before, after] = [await folder.tensors.get(entry.name)!.readF32(), await entry.readF32()]
    const largest = Math.max(...before.map(Math.abs))
    expect(Math.max(...after.map((x, i) => Math.abs(x - before[i])))).toBeLessThan(largest / 127)
    expect(f16ToF32(new Uint16Array((await entry.read()).buffer))).toEqual(f16ToF32(f32ToF16(after)))
  })

  it('has a hash of its bytes', async () => {
    const bytes = await fileOf(await goldenModel('qwen2'), 'F16')
    const open = (name: string, given: Uint8Array): Promise<ModelFolder> => openModelFolder(new Map([[name, bytesSource(given, name)]]))
    expect(await (await open('a.gguf', bytes)).hash()).toBe(await (await open('b.gguf', bytes)).hash())
    const changed = bytes.slice()
    changed[changed.length - 40] ^= 1
    expect(await (await open('a.gguf', changed)).hash()).not.toBe(await (await open('a.gguf', bytes)).hash())
  })

  it('says what it cannot open', async () => {
    const bytes = await fileOf(await goldenModel('qwen2'), 'F16')
    const source = bytesSource(bytes, 'a.gguf')
    await expect(openModelFolder(new Map([['a.gguf', source], ['b.gguf', source]]))).rejects.toThrow('2 GGUF files')
    const text = new TextDecoder('latin1').decode(bytes)
    const other = bytes.slice()
    // The same length, another architecture.
    other.set(new TextEncoder().encode('mamba'), text.indexOf('qwen2', text.indexOf('general.architecture')))
    await expect(openModelFolder(new Map([['a.gguf', bytesSource(other, 'a.gguf')]]))).rejects.toThrow('its architecture is mamba')
  })
})

/** Numbers as 32-bit floats, which is what the file holds. */
const rounded = (config: unknown): unknown => JSON.parse(JSON.stringify(config, (_, v: unknown) => (typeof v === 'number' ? Math.fround(v) : ArrayBuffer.isView(v) ? [...(v as Float32Array)].map(Math.fround) : v)))

describe('a GGUF file written with the blocks of its base', () => {
  // Rows of q and k change places on the way in and out.
  it('is the file it came from, but for what adapters change, which has 8 bits', async () => {
    const first = await fileOf(await goldenModel('llama'), 'Q8_0')
    const base = await openModelFolder(new Map([['model.gguf', bytesSource(first, 'model.gguf')]]))
    const q = 'model.layers.0.self_attn.q_proj.weight'
    const blocksOf = async (folder: ModelFolder, name: string): Promise<Uint8Array[]> => {
      const found: Uint8Array[] = []
      for await (const chunk of folder.tensors.get(name)!.blocks!.stream()) found.push(chunk)
      return found
    }
    const again = await reopened(base, 'base')
    for (const [name, { blocks }] of base.tensors) if (blocks) expect(await blocksOf(again, name)).toEqual(await blocksOf(base, name))

    // As 4-bit files have them: other blocks than the ones that are written for changes.
    const raw = Uint8Array.from({ length: (base.tensors.get(q)!.shape[0]! * base.tensors.get(q)!.shape[1]! * 18) / 32 }, (_, i) => (i % 18 === 1 ? 0x1c : (i * 37) & (i % 18 === 0 ? 0 : 255)))
    const four = new Map(base.tensors)
    for (const name of base.tensors.keys()) {
      const entry = base.tensors.get(name)!
      if (!entry.blocks) continue
      const bytes = Uint8Array.from({ length: (entry.shape.reduce((n, d) => n * d, 1) * 18) / 32 }, (_, i) => raw[i % raw.length]!)
      const values = dequantize(bytes, 'Q4_0')
      four.set(name, { ...entry, readF32: async () => values.slice(), blocks: { type: 'Q4_0', async *stream() { yield bytes } } })
    }
    const folder = { ...base, tensors: four }
    const model = openModel(folder)
    const adapter = await openAdapter(model, await openAdapterFolder(await readFolder(join(goldenRoot, 'cases/llama__lora_qv/adapter'))))
    const given = [{ adapter, weight: 1 }]
    const written = await openModelFolder(new Map([['model.gguf', bytesSource(await fileOf(folder, 'base', given), 'model.gguf')]]))
    const merged = mergedModel(model, mergedAdapters(given))
    expect(merged.changed.has(q)).toBe(true)
    for (const [name, { blocks }] of four) {
      const after = written.tensors.get(name)!
      if (!blocks) continue
      expect([name, after.blocks?.type]).toEqual([name, merged.changed.has(name) ? 'Q8_0' : 'Q4_0'])
      const [expected, values] = [await merged.tensors.get(name)!.readF32(), await after.readF32()]
      const most = Math.max(...expected.map(Math.abs))
      const error = Math.max(...values.map((v, i) => Math.abs(v - expected[i]!))) / most
      if (merged.changed.has(name)) expect(error).toBeLessThan(0.005)
      else expect(await blocksOf(written, name)).toEqual(await blocksOf(folder, name))
    }
    const { metadata } = await readGguf(bytesSource(await fileOf(folder, 'base', given), 'x.gguf'))
    expect(metadata.get('general.file_type')?.value).toBe(2)
  })
})
