import { afterAll, beforeAll, expect, it } from 'vitest'
import { goldenModel } from '../../e2e/golden/goldenFiles.ts'
import { joinDatasets, openDataset, type Dataset } from '../data/dataset.ts'
import { testGpu } from '../engine/testGpu.ts'
import { bytesSource } from '../files/byteSource.ts'
import { unzip } from '../files/zip.ts'
import { utf8 } from '../lib/bytes.ts'
import type { AdapterInfo } from '../protocol/adapters.ts'
import { defaultRecipe, type Recipe } from '../protocol/recipe.ts'
import { valueOf } from '../protocol/result.ts'
import { memoryStorage } from '../storage/memoryStorage.ts'
import { mount, openModel, type Base } from '../train/base.ts'
import { Control } from '../train/control.ts'
import { runSession } from '../train/session.ts'
import { adapterShelf, type Shelf } from './adapterShelf.ts'
import { modelInfo } from './modelInfo.ts'

const rows = (answer: string): Promise<Dataset> =>
  openDataset(bytesSource(utf8(Array.from({ length: 8 }, (_, i) => JSON.stringify({ prompt: `Count ${i}`, completion: answer })).join('\n')), 'rows.jsonl'))

const storage = memoryStorage()
let base: Base
let shelf: Shelf
let run: AdapterInfo
const adapters = async (): Promise<readonly AdapterInfo[]> => valueOf(await shelf.calls.adapters())
const ask = (id: string): Promise<string> =>
  shelf.generate({ prompt: 'Count 3', adapters: [{ id, weight: 1 }], maxNewTokens: 6, temperature: 0, topK: 0, topP: 1, seed: 1 }, () => undefined, () => false)

beforeAll(async () => {
  base = mount(openModel(await goldenModel('llama')), await testGpu())
  shelf = adapterShelf({
    storage,
    version: 'test',
    opened: () => ({ model: base, info: modelInfo({ id: 'tiny', title: 'Tiny' }, base) }),
    mounted: () => Promise.resolve(base),
    isTraining: () => false,
    data: () => undefined,
    alone: (work) => work(),
  })
  const plain = defaultRecipe()
  const recipe: Recipe = {
    ...plain,
    name: 'two tasks',
    base: { source: 'folder', id: 'tiny' },
    data: { ...plain.data, validation: 0, tasks: [{ name: 'up', description: 'Say a.', source: 'file', id: 'up' }, { name: 'down', description: 'Say b.', source: 'file', id: 'down' }] },
    methods: [{ id: 'hypernetwork', options: { r: 2 } }],
    evaluation: { rows: 0, maxNewTokens: 4 },
    training: { ...plain.training, steps: 80, batch_size: 4, max_length: 24, learning_rate: 3e-3, warmup_steps: 0 },
  }
  const tasks = [{ name: 'up', dataset: await rows(' aaaaaaaaaa'), test: undefined }, { name: 'down', dataset: await rows(' bbbbbbbbbb'), test: undefined }]
  await storage.runs.put({ id: 'run', recipe, createdAt: 1, status: 'running', step: 0, hasAdapter: false })
  const dataset = joinDatasets(tasks.map((t) => t.dataset))
  await runSession({ runId: 'run', recipe, base, dataset, test: undefined, tasks, storage, control: new Control(), version: 'test', onEvent: () => undefined })
  run = (await adapters())[0]
})
afterAll(() => {
  shelf.forget()
  base.weights.dispose()
})

it('says which tasks a hypernetwork knows, and answers as the first', async () => {
  expect(run).toMatchObject({ kind: 'run', methods: ['Hypernetwork'], tasks: ['up', 'down'], readsDescriptions: true, isLora: false })
  expect(await ask('run')).toContain('aaa')
})

it('keeps a LoRA for a task and for a new description, which answer and go out like any other', async () => {
  const up = valueOf(await shelf.calls.emitAdapter('run', 'up'))
  const down = valueOf(await shelf.calls.emitAdapter('run', ' down '))
  expect(down).toMatchObject({ name: 'two tasks: down', kind: 'emitted', madeOf: ['run'], methods: ['LoRA'], rank: 2, isLora: true, mixable: true, base: { id: 'tiny' } })
  expect(down).not.toHaveProperty('tasks')
  expect(await ask(up.id)).toBe(await ask('run'))
  expect(await ask(down.id)).toContain('bbb')
  const said = valueOf(await shelf.calls.emitAdapter('run', 'Please say b.'))
  expect(said.name).toBe('two tasks: Please say b.')
  expect(await ask(said.id)).not.toBe('')
  const files = await unzip(valueOf(await shelf.calls.exportAdapter(down.id)).zip)
  expect([...files.keys()].toSorted()).toEqual(['README.md', 'adapter_config.json', 'adapter_model.safetensors'])
  expect(new TextDecoder().decode(files.get('README.md'))).toContain('A LoRA adapter that the hypernetwork "two tasks" made for a task.')
  expect((await adapters()).filter((a) => a.kind === 'emitted')).toHaveLength(3)
})

it('takes the hypernetwork’s own folder back, and makes the same from it', async () => {
  const { zip } = valueOf(await shelf.calls.exportAdapter('run'))
  const back = valueOf(await shelf.calls.loadAdapter([{ path: 'two.zip', file: new File([zip], 'two.zip') }]))
  expect(back).toMatchObject({ kind: 'loaded', methods: ['Hypernetwork'], tasks: ['up', 'down'], readsDescriptions: true })
  const again = valueOf(await shelf.calls.emitAdapter(back.id, 'down'))
  const [a, b] = [await unzip(valueOf(await shelf.calls.exportAdapter(again.id)).zip), (await unzip(zip)).get('tasks/down/adapter_model.safetensors')]
  expect(a.get('adapter_model.safetensors')).toEqual(b)
})

it('makes none from what is no hypernetwork', async () => {
  const lora = (await adapters()).find((a) => a.isLora)!
  expect(await shelf.calls.emitAdapter(lora.id, 'down')).toMatchObject({ ok: false, failure: { code: 'bad-adapter', message: 'This run trained one adapter, which is the same for every task.' } })
})
