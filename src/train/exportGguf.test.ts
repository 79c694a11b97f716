import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findPython, runPython, withoutPython } from '../../e2e/golden/findPython.ts'
import { goldenModel, goldenRoot } from '../../e2e/golden/goldenFiles.ts'
import { openAdapterFolder } from '../files/adapterFolder.ts'
import { bytesSource, type ByteSource } from '../files/byteSource.ts'
import type { GgufMatrixType } from '../files/gguf/ggufTensor.ts'
import { readGguf } from '../files/gguf/readGguf.ts'
import { readFolder } from '../files/nodeSource.ts'
import type { StreamedFile } from '../files/zip.ts'
import { f32ToF16 } from '../lib/halfFloat.ts'
import { openModel, type OpenModel } from './base.ts'
import { exportGguf } from './exportGguf.ts'
import { exportMerged } from './exportMerged.ts'
import type { Weighted } from './mergeWeights.ts'
import { mergedAdapters } from './mergeWeights.ts'
import { mergedModel } from './mergedModel.ts'
import { openAdapter } from './openAdapter.ts'
import { testFolder } from './testFolder.ts'

async function bytesOf(file: StreamedFile): Promise<Uint8Array<ArrayBuffer>> {
  const parts: BlobPart[] = []
  for await (const part of file.stream()) parts.push(part as BlobPart)
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer())
  expect(bytes.length).toBe(file.size)
  return bytes
}
const written = (model: OpenModel, given: readonly Weighted[], type: GgufMatrixType): Promise<Uint8Array<ArrayBuffer>> =>
  bytesOf(exportGguf(model, given, { name: 'a test', baseModel: 'base', type }).file)
async function withAdapter(name: string): Promise<{ readonly model: OpenModel; readonly given: readonly Weighted[] }> {
  const model = openModel(await goldenModel(name.split('__')[0]))
  const adapter = await openAdapter(model, await openAdapterFolder(await readFolder(join(goldenRoot, 'cases', name, 'adapter'))))
  return { model, given: [{ adapter, weight: 1 }] }
}
const bytesIn = async (source: ByteSource, name: string): Promise<Uint8Array<ArrayBuffer>> => {
  const { start, end } = (await readGguf(source)).tensors.get(name)!
  return source.read(start, end)
}

let python: string | undefined
let folder = ''
beforeAll(async () => {
  const found = await findPython()
  if (found && (await promisify(execFile)(found, ['-c', 'import gguf']).then(() => true, () => false))) python = found
  folder = await mkdtemp(join(tmpdir(), 'tunesmith-gguf-'))
}, 150_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a merged model as GGUF', () => {
  it('holds the merged tensors in halves, and norms whole', async () => {
    const { model, given } = await withAdapter('qwen2__lora_all')
    const source = bytesSource(await written(model, given, 'F16'), 'x.gguf')
    const merged = mergedModel(model, mergedAdapters(given))
    const down = await merged.tensors.get('model.layers.1.mlp.down_proj.weight')!.readF32()
    expect(await bytesIn(source, 'blk.1.ffn_down.weight')).toEqual(new Uint8Array(f32ToF16(down).buffer))
    expect(down).not.toEqual(await model.folder.tensors.get('model.layers.1.mlp.down_proj.weight')!.readF32())
    expect(await bytesIn(source, 'output_norm.weight')).toEqual(await merged.tensors.get('model.norm.weight')!.read())
    const { metadata, tensors } = await readGguf(source)
    expect(metadata.get('qwen2.attention.head_count_kv')?.value).toBe(2)
    expect(metadata.get('tokenizer.ggml.pre')?.value).toBe('qwen2')
    expect((metadata.get('tokenizer.ggml.tokens')!.value as string[]).length).toBe(389)
    // Tied: llama.cpp takes the embedding.
    expect(tensors.has('output.weight')).toBe(false)
  })

  it('writes a head of its own where merging parts it from the embedding', async () => {
    const model = openModel(await goldenModel('llama_tied'))
    expect((await readGguf(bytesSource(await written(model, [], 'F16'), 'x'))).tensors.has('output.weight')).toBe(false)
    const untied = openModel({ ...model.folder, config: { ...model.folder.config, tie_word_embeddings: false }, tensors: new Map([...model.folder.tensors, ['lm_head.weight', model.folder.tensors.get('model.embed_tokens.weight')!]]) })
    expect((await readGguf(bytesSource(await written(untied, [], 'F16'), 'x'))).tensors.has('output.weight')).toBe(true)
  })

  it('keeps rows that hold no whole blocks as halves', async () => {
    const { tensors } = await readGguf(bytesSource(await written(openModel(await goldenModel('llama_tied')), [], 'Q8_0'), 'x'))
    // Width 48 is no multiple of 32; the inner 96 is.
    expect(tensors.get('blk.0.ffn_up.weight')?.type).toBe('F16')
    expect(tensors.get('blk.0.ffn_down.weight')?.type).toBe('Q8_0')
    expect(tensors.get('rope_freqs.weight')?.shape).toEqual([8])
  })

  it('refuses what llama.cpp does not run', () => {
    const write = (name: string) => () => exportGguf(openModel(testFolder(name)), [], { name: 'x', baseModel: 'x', type: 'F16' })
    expect(write('opt')).toThrow('opt cannot be written as GGUF')
    expect(write('bert')).toThrow('sorts texts into classes')
    expect(write('llama')).toThrow('no tokenizer')
  })

  // The gguf package's names for every tensor, transformers' own loader for logits and tokens.
  it.for([
    { name: 'llama__lora_all', type: 'F32', tolerance: 1e-6 },
    { name: 'gpt2__lora_all', type: 'F32', tolerance: 1e-6 },
    { name: 'qwen2__lora_all', type: 'F16', tolerance: 2e-3 },
    { name: 'llama_tied__lora_all', type: 'Q8_0', tolerance: 2e-2 },
  ] as const)('$name as $type in the gguf package and in transformers', { timeout: 150_000 }, async ({ name, type, tolerance }, context) => {
    if (!python) return context.skip(withoutPython)
    const { model, given } = await withAdapter(name)
    const out = join(folder, name)
    for (const [path, file] of exportMerged(model, given, { baseModel: 'base', name, adapters: [] })) {
      await mkdir(dirname(join(out, path)), { recursive: true })
      await writeFile(join(out, path), await bytesOf(file))
    }
    await writeFile(join(folder, `${name}.gguf`), await written(model, given, type))
    await writeFile(join(folder, 'texts.json'), JSON.stringify(['hello there', 'it’s 12345 ☃', 'two\n\nlines']))
    await runPython(python, 'check_gguf.py', ['model', out, join(folder, `${name}.gguf`), '--prompt-ids', '5,17,33,9,60', '--texts', join(folder, 'texts.json'), '--tolerance', String(tolerance)])
  })
})
