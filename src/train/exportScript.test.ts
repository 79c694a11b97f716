// What train.py could not repeat is refused before anything is written; what it is told of classes and of frozen weights is what
// is computed with here. That it repeats the losses is checked against Python: src/cli/tune/script.gpu.test.ts.
import { expect, it } from 'vitest'
import { goldenModel } from '../../e2e/golden/goldenFiles.ts'
import { openDataset, type Dataset } from '../data/dataset.ts'
import { bytesSource } from '../files/byteSource.ts'
import { fromUtf8, utf8 } from '../lib/bytes.ts'
import { packBlocks, unpackBlocks, type Quantized } from '../graph/packBlocks.ts'
import { defaultRecipe, type Recipe } from '../protocol/recipe.ts'
import { openModel } from './base.ts'
import { exportScript } from './exportScript.ts'
import type { ScriptFrozen } from './scriptFrozen.ts'

const texts = ['to be', 'or not', 'to be that is', 'the question']
const dataset = (): Promise<Dataset> => openDataset(bytesSource(utf8(texts.map((text, i) => JSON.stringify({ text, label: i % 2 ? 'odd' : 'even' })).join('\n')), 'texts.jsonl'))
const plain = defaultRecipe()
const recipeOf = (more: Partial<Recipe>): Recipe => ({
  ...plain,
  base: { ...plain.base, source: 'folder', id: 'llama' },
  data: { ...plain.data, validation: 0 },
  methods: [{ id: 'lora', options: { r: 2, target_modules: ['all-linear'] } }],
  training: { ...plain.training, steps: 2, batch_size: 2, max_length: 32 },
  ...more,
})
const classes: Partial<Recipe> = { task: 'SEQ_CLS', labels: ['even', 'odd'] }
const exported = async (more: Partial<Recipe>): Promise<Map<string, Uint8Array>> => exportScript(openModel(await goldenModel('llama')), recipeOf(more), await dataset())
const json = <T>(files: ReadonlyMap<string, Uint8Array>, path: string): T => JSON.parse(fromUtf8(files.get(path)!)) as T

it.each([
  [{ methods: [{ id: 'full', options: {} }], base: { ...plain.base, source: 'folder', id: 'llama', quantization: 'nf4' } }, 'kept in few bits'],
  [{ ...classes, methods: [{ id: 'prompt_tuning', options: {} }] }, 'from its padding'],
  [{ methods: [{ id: 'compacter', options: {} }] }, 'PEFT has no method like Compacter'],
] as const)('refuses %j', async (more, says) => expect(exported(more as Partial<Recipe>)).rejects.toThrow(says))

it('gives every text a row of its own and its class where that is read', async () => {
  const files = await exported({ ...classes, training: { ...recipeOf({}).training, packing: true, batch_size: 1 } })
  const batches = fromUtf8(files.get('batches.jsonl')!).trim().split('\n').map((line) => JSON.parse(line) as number[][])
  const examples = fromUtf8(files.get('examples.jsonl')!).trim().split('\n').map((line) => JSON.parse(line) as { ids: number[]; targets: number[] })
  expect(batches).toHaveLength(2)
  for (const row of batches.flat()) expect(row).toHaveLength(1)
  for (const { ids, targets } of examples) expect([targets.length, targets.slice(0, -1).every((t) => t === -100), targets.at(-1)! >= 0]).toEqual([ids.length, true, true])
  expect(json(files, 'recipe.json')).toMatchObject(classes)
  expect(json(files, 'initial/adapter_config.json')).toMatchObject({ task_type: 'SEQ_CLS', modules_to_save: ['classifier', 'score'] })
})

it('brings the fresh head along where everything trains', async () => {
  const files = await exported({ ...classes, methods: [{ id: 'full', options: {} }] })
  expect(files.has('head.safetensors')).toBe(true)
  expect(fromUtf8(files.get('head.safetensors')!.subarray(8, 80))).toContain('score.weight')
})

/** What frozen.py's round_blocks makes of values. */
function rounded(values: readonly number[], { block, step, values: known, ends, scales: nested }: NonNullable<ScriptFrozen['table']>): number[] {
  const { fround, abs } = Math
  const blocks = Array.from({ length: Math.ceil(values.length / block) }, (_, b) => values.slice(b * block, (b + 1) * block))
  const most = blocks.map((some) => Math.max(...some.map(abs)))
  const scales = most.map((m) => fround(m * step))
  const mean = fround(scales.reduce((a, b) => a + b, 0) / scales.length)
  const kept = nested ? rounded(scales.map((s) => fround(s - mean)), nested).map((s) => fround(s + mean)) : scales
  return blocks.flatMap((some, b) => some.map((v) => fround(known[ends.filter((end) => v > fround(fround(end) * (nested ? most[b]! : scales[b]!))).length]! * kept[b]!)))
}

it.each([
  ['int8', { quantization: 'int8' }],
  ['nf4', { quantization: 'nf4' }],
  ['nf4_double', { quantization: 'nf4', bnb_4bit_use_double_quant: true, dtype: 'bfloat16' }],
] as const)('says how %s blocks are rounded', async (type, kept) => {
  const files = await exported({ base: { ...plain.base, source: 'folder', id: 'llama', ...kept } })
  const frozen = json<ScriptFrozen>(files, 'frozen.json')
  expect(frozen).toMatchObject({ type, skip: ['lm_head'], floats: 'dtype' in kept ? 'bfloat16' : null })
  expect(frozen.names).toHaveLength(14)
  expect(frozen.float_names).toEqual('dtype' in kept ? ['model.embed_tokens.weight', 'lm_head.weight'] : [])
  expect(files.has('frozen.py')).toBe(true)
  const values = Float32Array.from({ length: 64 * 300 }, (_, i) => Math.sin(i * i) * (1 + (i % 7)))
  const expected = unpackBlocks(packBlocks(values, type as Quantized), type, values.length)
  expect(rounded([...values], frozen.table!)).toEqual([...expected])
})

it('computes with what the files hold unless told otherwise', async () => {
  const files = await exported({})
  expect([files.has('frozen.json'), files.has('frozen.py'), files.has('initial/adapter_model.safetensors')]).toEqual([false, false, true])
})
