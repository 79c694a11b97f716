import { expect, it } from 'vitest'
import { openAdapterFolder, readTensor } from '../files/adapterFolder.ts'
import { bytesSource } from '../files/byteSource.ts'
import { fromUtf8 } from '../lib/bytes.ts'
import type { MethodChoice } from '../protocol/recipe.ts'
import { defaultRecipe } from '../protocol/recipe.ts'
import type { Base } from './base.ts'
import { exportRun, recipeFacts } from './exportRun.ts'
import { takeWindow } from './params.ts'
import { testSubject } from './testSubject.ts'

async function filesOf(modelType: string, methods: readonly MethodChoice[], changes: Readonly<Record<string, unknown>> = {}, labels?: readonly string[]) {
  const { layout, attachments } = testSubject(modelType, methods, changes)
  const values = Float32Array.from({ length: layout.length }, (_, i) => i / 7)
  const facts = { ...recipeFacts({ ...defaultRecipe(), methods, ...(labels && { labels }) }, 'test'), dataName: 'test', rows: 2, steps: 1 }
  // Only a whole model is made of the base's own tensors.
  return { values, layout, files: await exportRun({ folder: {}, outline: { taskType: 'CAUSAL_LM' } } as Base, { facts, values, layout, attachments }) }
}
const open = (files: ReadonlyMap<string, Uint8Array>) => openAdapterFolder(new Map([...files].map(([name, bytes]) => [name, bytesSource(bytes, name)])))
const choice = (id: string, options: MethodChoice['options'] = {}): MethodChoice => ({ id, options })

it('gives every part of a union its folder, and the loader beside them', async () => {
  const { files } = await filesOf('gpt2', [choice('bitfit'), choice('lora'), choice('bottleneck'), choice('prefix_tuning', { use_gating: true })])
  expect([...files.keys()].toSorted()).toEqual([
    '1-bitfit/README.md', '1-bitfit/adapter_config.json', '1-bitfit/tensors.safetensors',
    '2-lora/README.md', '2-lora/adapter_config.json', '2-lora/adapter_model.safetensors',
    '3-bottleneck/README.md', '3-bottleneck/adapter.safetensors', '3-bottleneck/adapter_config.json',
    '4-prefix_tuning/README.md', '4-prefix_tuning/adapter_config.json', '4-prefix_tuning/tensors.safetensors',
    'README.md', 'load_adapter.py', 'recipe.json',
  ])
  const json = (path: string): unknown => JSON.parse(fromUtf8(files.get(path)!))
  expect(json('1-bitfit/adapter_config.json')).toEqual({ base_model_name_or_path: 'starter', type: 'tensors' })
  expect(json('4-prefix_tuning/adapter_config.json')).toEqual({ base_model_name_or_path: 'starter', type: 'gated_prefix', num_key_value_heads: 2, num_virtual_tokens: 16 })
  expect(fromUtf8(files.get('README.md')!)).toContain('library_name: transformers')
  expect(fromUtf8(files.get('README.md')!)).toContain('model = load_adapter("starter")')
  // Nobody could guess where a base lies that no Hub has.
  expect(fromUtf8(files.get('README.md')!)).toContain('its folder is `public/starter` in Tunesmith’s source')
  expect(fromUtf8(files.get('2-lora/README.md')!)).toContain('library_name: peft')
})

it('saves the head of a model for classes beside bottleneck adapters', async () => {
  const { files, values, layout } = await filesOf('llama', [choice('bottleneck', { reduction_factor: 2 })], { architectures: ['LlamaForSequenceClassification'], id2label: { 0: 'no', 1: 'yes' } }, ['no', 'yes'])
  expect([...files.keys()]).toContain('model_head.safetensors')
  // By this the library knows whose head it is; without it, it would load any.
  expect(JSON.parse(fromUtf8(files.get('head_config.json')!))).toMatchObject({ config: null, name: null, model_class: 'LlamaForSequenceClassification', model_type: 'llama', num_labels: 2, label2id: { no: 0, yes: 1 } })
  const [part] = (await open(files)).parts
  const head = [...layout.windows.values()].filter((w) => !w.key.includes('.adapters.'))
  expect(head.map((w) => w.key)).toEqual(['score.weight'])
  expect(await readTensor(part.tensors.get('score.weight')!, 'score.weight')).toEqual(takeWindow(values, head[0]))
  expect(part.tensors.size).toBe(layout.windows.size)
})
