import { describe, expect, it } from 'vitest'
import { goldenModel } from '../../e2e/golden/goldenFiles.ts'
import { utf8 } from '../lib/bytes.ts'
import { bytesSource, type ByteSource } from './byteSource.ts'
import type { ModelFolder } from './modelFolder.ts'
import { openModelFolder } from './openModelFolder.ts'
import { weightFiles } from './shards.ts'

async function opened(folder: ModelFolder, most: number): Promise<{ readonly names: readonly string[]; readonly again: ModelFolder }> {
  const files = new Map<string, ByteSource>()
  const json = (name: string, value: unknown): void => void files.set(name, bytesSource(utf8(JSON.stringify(value)), name))
  json('config.json', folder.config)
  json('tokenizer.json', folder.tokenizerJson)
  for (const [name, file] of weightFiles(folder.tensors, most)) {
    const parts: BlobPart[] = []
    for await (const part of file.stream()) parts.push(part as BlobPart)
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer())
    expect(bytes.length).toBe(file.size)
    files.set(name, bytesSource(bytes, name))
  }
  return { names: [...files.keys()], again: await openModelFolder(files) }
}

describe('weight files', () => {
  it('are shards of at most so many bytes, which open as the same model', async () => {
    const folder = await goldenModel('qwen2')
    const largest = Math.max(...[...folder.tensors.values()].map((t) => t.bytes))
    const most = 2 * largest
    const { names, again } = await opened(folder, most)
    const shards = names.filter((n) => n.endsWith('.safetensors'))
    expect(shards.length).toBeGreaterThan(1)
    expect(shards[0]).toBe(`model-00001-of-0000${shards.length}.safetensors`)
    expect(names).toContain('model.safetensors.index.json')
    expect([...again.tensors.keys()].toSorted()).toEqual([...folder.tensors.keys()].toSorted())
    for (const [name, tensor] of folder.tensors) expect(await again.tensors.get(name)!.read()).toEqual(await tensor.read())
  })

  it('are one where they are small, and one for each tensor where nothing fits together', async () => {
    const folder = await goldenModel('qwen2')
    expect((await opened(folder, 1e9)).names).toContain('model.safetensors')
    expect((await opened(folder, 1)).names.filter((n) => n.endsWith('.safetensors'))).toHaveLength(folder.tensors.size)
  })
})
