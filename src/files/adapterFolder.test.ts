import { describe, expect, it } from 'vitest'
import { utf8 } from '../lib/bytes.ts'
import { openAdapterFolder, readTensor } from './adapterFolder.ts'
import { bytesSource, totalSize, type ByteSource } from './byteSource.ts'
import { writeSafetensors } from './writeSafetensors.ts'

const given = (files: Readonly<Record<string, string | Uint8Array>>): Map<string, ByteSource> =>
  new Map(Object.entries(files).map(([path, content]) => [path, bytesSource(typeof content === 'string' ? utf8(content) : content, path)]))
const weights = (value: number): Uint8Array => writeSafetensors(new Map([['w', { dtype: 'F16', shape: [1], data: Uint8Array.of(0, value) }]]))
const lora = '{"peft_type":"LORA"}'

describe('an adapter folder', () => {
  it('is found under a folder of its own, with what belongs to it and nothing else', async () => {
    const folder = await openAdapterFolder(
      given({
        'drop/me/adapter_config.json': lora,
        'drop/me/adapter_model.safetensors': weights(0x3c),
        'drop/me/optimizer.pt': 'x',
        'drop/me/checkpoint-10/adapter_config.json': lora,
        'drop/me/README.md': '# me',
      }),
    )
    expect(folder.parts.map((p) => [p.folder, p.layout, p.config])).toEqual([['', 'peft', { peft_type: 'LORA' }]])
    expect([...folder.files.keys()]).toEqual(['adapter_config.json', 'adapter_model.safetensors', 'README.md'])
    expect(folder.bytes).toBe(totalSize(folder.files.values()))
    expect(folder).not.toHaveProperty('recipe')
    expect(await readTensor(folder.parts[0].tensors.get('w')!, 'w')).toEqual(Float32Array.of(1))
  })

  it('may be a union, whose parts stand in the order of their numbers', async () => {
    const files: Record<string, string | Uint8Array> = { 'u/recipe.json': '{"name":"u"}' }
    for (const i of [10, 2, 1]) {
      files[`u/${i}-m/adapter_config.json`] = `{"n":${i}}`
      files[`u/${i}-m/tensors.safetensors`] = weights(i)
    }
    const { parts, recipe, files: kept } = await openAdapterFolder(given(files))
    expect(parts.map((p) => [p.folder, p.config['n'], p.layout])).toEqual([
      ['1-m', 1, 'tunesmith'],
      ['2-m', 2, 'tunesmith'],
      ['10-m', 10, 'tunesmith'],
    ])
    expect(recipe).toEqual({ name: 'u' })
    expect(kept.size).toBe(7)
  })

  it('is refused in a sentence that says what was found', async () => {
    const message = (files: Readonly<Record<string, string | Uint8Array>>): Promise<string> =>
      openAdapterFolder(given(files)).then(
        () => 'none',
        (error: Error) => error.message,
      )
    const two = { 'a/adapter_config.json': lora, 'b/adapter_config.json': lora }
    expect(await message(two)).toBe('These files hold 2 adapters (a, b).')
    expect(await message({ 'adapter_config.json': '{', 'adapter_model.safetensors': weights(1) })).toMatch(/^adapter_config\.json is not valid JSON/)
    expect(await message({ 'x/pytorch_adapter.bin': 'x', 'x/adapter_config.json': '{}' })).toContain('pytorch_adapter.bin, a Python pickle')
    expect(await message({ 'adapter.safetensors': weights(1) })).toBe('adapter.safetensors is there, but adapter_config.json is missing.')
    expect(await message({ 'config.json': '{}', 'model.safetensors': weights(1) })).toContain('a whole model')
    expect(await message({ 'other.safetensors': weights(1) })).toBe('These files hold no adapter: adapter_config.json is missing beside other.safetensors.')
    expect(await message({})).toBe('These files hold no adapter: neither adapter_config.json nor weights are among them.')
  })
})
