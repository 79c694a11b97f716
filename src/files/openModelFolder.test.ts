import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { utf8 } from '../lib/bytes.ts'
import { f32ToBf16 } from '../lib/halfFloat.ts'
import { Fault } from '../protocol/failure.ts'
import { bytesSource } from './byteSource.ts'
import { openModelFolder } from './openModelFolder.ts'
import { readFolder } from './nodeSource.ts'
import { writeSafetensors, type OutTensor } from './writeSafetensors.ts'

const floats = (...v: number[]): OutTensor => ({
  dtype: 'F32',
  shape: [v.length],
  data: new Uint8Array(Float32Array.from(v).buffer),
})
const weights = (tensors: Record<string, OutTensor>) => writeSafetensors(new Map(Object.entries(tensors)))
const folder = (files: Record<string, string | Uint8Array>, prefix = '') =>
  new Map(Object.entries(files).map(([n, v]) => [prefix + n, bytesSource(typeof v === 'string' ? utf8(v) : v, n)]))
const open = (files: Record<string, string | Uint8Array>, prefix = '') => openModelFolder(folder(files, prefix))

const whole = {
  'config.json': '{"model_type":"llama"}',
  'tokenizer.json': '{"model":{}}',
  'model.safetensors': weights({ w: floats(1, 2, 3) }),
}
const index = (map: Record<string, string>) => JSON.stringify({ metadata: {}, weight_map: map })
const { 'model.safetensors': _, ...noWeights } = whole
const sharded = {
  ...noWeights,
  'model.safetensors.index.json': index({ a: 'm-1.safetensors', b: 'm-2.safetensors' }),
  'm-1.safetensors': weights({ a: floats(1, 2) }),
  'm-2.safetensors': weights({ b: { dtype: 'BF16', shape: [2, 1], data: new Uint8Array(f32ToBf16([0.5, -3]).buffer) } }),
}

test('a single file, at the root or inside its folder', async () => {
  for (const prefix of ['', 'my-model/', 'a/b/']) {
    const model = await open(whole, prefix)
    expect([model.modelType, model.parameters, model.bytes]).toEqual(['llama', 3, 12])
    expect([...(await model.tensors.get('w')!.readF32())]).toEqual([1, 2, 3])
    expect(await model.hash()).toBe(await (await open(whole)).hash())
  }
})

test('shards, with tensors that stream their own bytes', async () => {
  const model = await open(sharded)
  expect([...model.tensors.keys()]).toEqual(['a', 'b'])
  expect([...(await model.tensors.get('b')!.readF32())]).toEqual([0.5, -3])
  const chunks: number[] = []
  for await (const chunk of model.tensors.get('a')!.stream()) chunks.push(...new Float32Array(chunk.buffer))
  expect(chunks).toEqual([1, 2])
})

test('every missing piece is in one message', async () => {
  const error: unknown = await open({
    'model.safetensors.index.json': index({ a: 'm-1.safetensors', b: 'm-2.safetensors' }),
  }).catch((e: unknown) => e)
  expect(error).toBeInstanceOf(Fault)
  const { message, code } = error as Fault
  expect(code).toBe('bad-model')
  for (const part of ['config.json is missing', 'tokenizer.json is missing', 'm-1.safetensors, m-2.safetensors'])
    expect(message).toContain(part)
})

test.each(['../x.safetensors', '/etc/x', 'https://x/y', 'a/../../b', 'C:\\x', '..'])('an index may not name %s', async (name) => {
  await expect(open({ ...noWeights, 'model.safetensors.index.json': index({ a: name }) })).rejects.toThrow(
    'not a file of this folder',
  )
})

test('problems of the weights', async () => {
  await expect(open({ ...noWeights, 'pytorch_model.bin': 'x' })).rejects.toThrow('convert them to safetensors')
  await expect(open(noWeights)).rejects.toThrow('model.safetensors is missing')
  await expect(open({ ...whole, 'model.safetensors': whole['model.safetensors'].slice(0, -1) })).rejects.toThrow(
    'but the file has only',
  )
  await expect(open({ ...sharded, 'm-2.safetensors': weights({ a: floats(1) }) })).rejects.toThrow('more than one weight file')
  await expect(open({ ...sharded, 'm-2.safetensors': weights({ c: floats(1) }) })).rejects.toThrow('b first')
  await expect(open({ ...whole, 'config.json': '{"model_type":' })).rejects.toThrow('config.json is not valid JSON')
})

test.each([
  [{ 'chat_template.jinja': 'A' }, 'A'],
  [{ 'tokenizer_config.json': '{"chat_template":"B"}' }, 'B'],
  [{ 'tokenizer_config.json': '{"chat_template":[{"name":"tool","template":"T"},{"name":"default","template":"D"}]}' }, 'D'],
  [{}, undefined],
])('chat template of %j', async (files, expected) => expect((await open({ ...whole, ...files })).chatTemplate).toBe(expected))

// A larger reference folder, when there is one, holds models that transformers wrote.
const models = join(process.env['TUNESMITH_REFERENCE'] ?? '', 'models')
test.skipIf(!process.env['TUNESMITH_REFERENCE'] || !existsSync(models))('folders that transformers wrote open', async () => {
  for (const name of readdirSync(models)) {
    const model = await openModelFolder(await readFolder(join(models, name)))
    expect(model.tensors.size, name).toBeGreaterThan(0)
    for (const t of model.tensors.values()) expect((await t.readF32()).length, t.name).toBe(t.shape.reduce((n, d) => n * d, 1))
  }
})
