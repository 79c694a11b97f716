import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fromUtf8, utf8 } from '../lib/bytes.ts'
import { f32ToF16 } from '../lib/halfFloat.ts'
import { adapterFiles, readAdapter, type Adapter } from './adapter.ts'
import { bytesSource } from './byteSource.ts'
import { readFolder } from './nodeSource.ts'
import { writeSafetensors } from './writeSafetensors.ts'

const sources = (files: Iterable<[string, Uint8Array]>, prefix = '') =>
  new Map([...files].map(([n, b]) => [prefix + n, bytesSource(b, n)]))
const adapter: Adapter = {
  config: { r: 8, peft_type: 'LORA', alpha_pattern: { z: 1, a: 2 }, from_the_future: [1] },
  tensors: new Map([
    ['base_model.model.q.lora_A.weight', { shape: [1, 2], data: Float32Array.of(1, -0) }],
    ['b', { shape: [0, 2], data: new Float32Array(0) }],
  ]),
  card: '# card',
}

test('an adapter survives its files, whatever folder they lie in, and unknown keys are kept', async () => {
  const files = adapterFiles(adapter)
  expect(await readAdapter(sources(files, 'mine/'))).toEqual(adapter)
  expect(fromUtf8(files.get('adapter_config.json')!)).toBe(
    [
      '{',
      '  "alpha_pattern": {',
      '    "a": 2,',
      '    "z": 1',
      '  },',
      '  "from_the_future": [',
      '    1',
      '  ],',
      '  "peft_type": "LORA",',
      '  "r": 8',
      '}',
    ].join('\n'),
  )
})

test('half-precision tensors widen', async () => {
  const files = adapterFiles(adapter)
  files.set(
    'adapter_model.safetensors',
    writeSafetensors(new Map([['w', { dtype: 'F16', shape: [2], data: new Uint8Array(f32ToF16([0.5, 2]).buffer) }]])),
  )
  expect([...(await readAdapter(sources(files))).tensors.get('w')!.data]).toEqual([0.5, 2])
})

test('what is missing is told in a sentence', async () => {
  const without = (name: string, more: [string, Uint8Array][] = []) =>
    readAdapter(sources([...[...adapterFiles(adapter)].filter(([n]) => n !== name), ...more]))
  await expect(without('adapter_config.json')).rejects.toThrow('adapter_config.json is missing')
  await expect(without('adapter_model.safetensors')).rejects.toThrow('adapter_model.safetensors is missing')
  await expect(without('adapter_model.safetensors', [['adapter_model.bin', utf8('x')]])).rejects.toThrow(
    'only in adapter_model.bin',
  )
  await expect(without('adapter_config.json', [['adapter_config.json', utf8('{}')]])).rejects.toThrow('peft_type')
})

// A larger reference folder, when there is one, holds adapters that PEFT itself wrote.
const cases = join(process.env['TUNESMITH_REFERENCE'] ?? '', 'cases')
const written =
  process.env['TUNESMITH_REFERENCE'] && existsSync(cases)
    ? readdirSync(cases).filter((c) => existsSync(join(cases, c, 'adapter')))
    : []
test.skipIf(written.length === 0)("PEFT's own adapters are read, and written again byte for byte", async () => {
  for (const name of written) {
    const path = join(cases, name, 'adapter')
    const bytes = new Uint8Array(readFileSync(join(path, 'adapter_model.safetensors')))
    const again = adapterFiles(await readAdapter(await readFolder(path)))
    expect(Buffer.compare(again.get('adapter_model.safetensors')!, bytes), name).toBe(0)
  }
})
