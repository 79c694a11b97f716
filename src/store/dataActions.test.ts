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
