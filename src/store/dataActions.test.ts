// Files of rows as the store opens them: archives told from adapters, held-out files named, and what was said of one file
// forgotten with it.
import { zipSync } from 'fflate'
import { expect, test, vi } from 'vitest'
import { utf8 } from '../lib/bytes.ts'
import { testStudio } from '../ui/testStudio.ts'
import { createApp } from './appStore.ts'

const file = (path: string, bytes: Uint8Array = utf8('{}')) => ({ path, file: new File([bytes.slice()], path) })
async function opened() {
  const studio = testStudio()
  const calls = { openFile: vi.spyOn(studio, 'openFile'), loadAdapter: vi.spyOn(studio, 'loadAdapter') }
  const app = createApp(studio)
  app.actions.start()
  await vi.waitFor(() => expect(app.store.getState().base.value).toBeDefined())
  return { ...app, ...calls, data: () => app.store.getState().recipe.data }
}

test('a zip of rows is data, a zip with an adapter’s settings is an adapter', async () => {
  const { actions, openFile, loadAdapter } = await opened()
  await actions.takeFiles([file('pack.zip', zipSync({ 'd/train.jsonl': utf8('{}') }))])
  expect([openFile.mock.calls.map(([f]) => f.path), loadAdapter.mock.calls.length]).toEqual([['pack.zip'], 0])
  await actions.takeFiles([file('lora.zip', zipSync({ 'adapter_config.json': utf8('{}'), 'adapter_model.safetensors': utf8('') }))])
  expect([openFile.mock.calls.length, loadAdapter.mock.calls.length]).toEqual([1, 1])
})

test('a held-out file is named in the recipe, stays beside a test file that comes later, and goes again', async () => {
  const { actions, openFile, data } = await opened()
  await actions.takeFiles([file('train.jsonl'), file('valid.jsonl')])
  expect(data()).toMatchObject({ id: 'train.jsonl', validationFile: 'valid.jsonl' })
  await actions.addTestFile(file('later.jsonl'))
  expect(openFile.mock.calls.at(-1)!.slice(2).map((f) => (f as { path: string }).path)).toEqual(['later.jsonl', 'valid.jsonl'])
  await actions.setValidationFile()
  expect(data()).not.toHaveProperty('validationFile')
  expect(openFile.mock.calls.at(-1)!.slice(2).map((f) => (f as { path: string } | undefined)?.path)).toEqual(['later.jsonl', undefined])
})

test('a mapping belongs to its file', async () => {
  const { actions, data } = await opened()
  await actions.openFile(file('a.jsonl'))
  actions.setData({ mapping: { columns: { x: 'text' } }, quotes: 'plain', drop: ['duplicates'] })
  await actions.openFile(file('a.jsonl'))
  expect(data()).toMatchObject({ mapping: { columns: { x: 'text' } }, drop: ['duplicates'] })
  await actions.openFile(file('b.jsonl'))
  expect(data()).not.toHaveProperty('mapping')
  expect(data()).not.toHaveProperty('quotes')
  expect(data()).toMatchObject({ drop: ['duplicates'] })
})

test('classes, hash and test file belong to their rows, and come back where other rows cannot be read', async () => {
  const studio = testStudio()
  const app = createApp(studio)
  app.actions.start()
  await vi.waitFor(() => expect(app.store.getState().base.value).toBeDefined())
  const { recipe } = app.store.getState()
  await app.actions.takeRecipe({ ...recipe, task: 'SEQ_CLS', labels: ['a', 'b'], data: { ...recipe.data, source: 'sample', id: 'mood', sha256: '1', test: 't.jsonl' } })
  const { recipe: before } = app.store.getState()
  expect(before).toMatchObject({ labels: ['a', 'b'], data: { id: 'mood', sha256: '1', test: 't.jsonl' } })
  vi.spyOn(studio, 'openFile').mockResolvedValueOnce({ ok: false, failure: { code: 'bad-data', message: 'No.', hint: '' } })
  await app.actions.openFile(file('mine.jsonl'))
  expect(app.store.getState().recipe).toEqual(before)
  await app.actions.openFile(file('mine.jsonl'))
  const { recipe: after } = app.store.getState()
  expect(after).not.toHaveProperty('labels')
  expect(after.data).toEqual({ source: 'file', id: 'mine.jsonl', trainOn: 'completions', validation: 0.1 })
  expect(after.task).toBe('SEQ_CLS')
})

test('a recipe of the command line finds its file by its name, with what it says of it', async () => {
  const { actions, data, store } = await opened()
  const { recipe } = store.getState()
  const written = { ...recipe, name: 'night', methods: 'mam', data: { ...recipe.data, source: 'file', id: 'rows/a.jsonl', mapping: { columns: { x: 'text' } } } }
  await actions.takeFiles([file('my night.json', utf8(JSON.stringify(written)))])
  expect([store.getState().recipe.name, store.getState().recipe.methods.map((m) => m.id)]).toEqual(['night', ['prefix_tuning', 'bottleneck']])
  expect(store.getState().notice?.message).toContain('rows/a.jsonl')
  await actions.takeFiles([file('a.jsonl')])
  expect(data()).toMatchObject({ id: 'a.jsonl', mapping: { columns: { x: 'text' } } })
})

test('a recipe dropped with its data finds them open; of several files of rows it is said which one was', async () => {
  const { actions, openFile, data, store } = await opened()
  const recipe = { ...store.getState().recipe, seed: 7, data: { ...store.getState().recipe.data, source: 'file', id: 'a.jsonl' } }
  await actions.takeFiles([file('recipe (1).json', utf8(JSON.stringify(recipe))), file('a.jsonl')])
  expect([openFile.mock.calls.map(([f]) => f.path), store.getState().recipe.seed, data().id, store.getState().notice]).toEqual([['a.jsonl'], 7, 'a.jsonl', undefined])
  await actions.takeFiles([file('b.csv'), file('c.csv'), file('b-test.csv')])
  expect(store.getState().notice?.message).toBe('Of 2 files with rows, b.csv is the one that was opened.')
  await actions.takeFiles([file('config.json'), file('b.csv')])
  expect(store.getState().base.value?.title).toBe('Dropped model')
})
