// A reload in the middle of anything: what was chosen, typed and looked at is there again.
import { expect, test, vi } from 'vitest'
import { utf8 } from '../lib/bytes.ts'
import { testRecord } from '../ui/testFixtures.ts'
import { testStudio } from '../ui/testStudio.ts'
import { defaultRecipe } from '../protocol/recipe.ts'
import { createApp } from './appStore.ts'
import { readDesk } from './desk.ts'
import type { DeskPlace } from './deskActions.ts'

const file = (path: string) => ({ path, file: new File([utf8('{}')], path) })
function place(): DeskPlace & { text: string | null } {
  const here = { text: null as string | null, read: () => here.text, write: (text: string | null) => void (here.text = text) }
  return here
}
const done = (id: string) => testRecord(id, { ...defaultRecipe(), name: id }, { status: 'done', step: 200, hasAdapter: true })
const runs = [done('one'), done('two'), done('three')]
async function start(at: DeskPlace, studio = testStudio({ runs })) {
  const app = createApp(studio, at)
  app.actions.start()
  await vi.waitFor(() => {
    const { base, runs: list, methods, dataset } = app.store.getState()
    expect([base.busy, list.busy, methods.busy, dataset.busy]).toEqual([false, false, false, false])
  })
  return app
}
const reload = (app: Awaited<ReturnType<typeof start>>, at: DeskPlace, studio?: ReturnType<typeof testStudio>) => {
  app.actions.saveDesk()
  return start(at, studio)
}

test('everything that was chosen comes back', async () => {
  const at = place()
  const studio = testStudio({ runs })
  const first = await start(at, studio)
  const { actions } = first
  await actions.takeFiles([file('mine.jsonl'), file('mine.test.jsonl')])
  await vi.waitFor(() => expect(first.store.getState().keptFiles).toBeDefined())
  actions.setData({ mapping: { columns: { x: 'text' } } })
  actions.setTraining('steps', 77)
  actions.setName('Night run')
  actions.setEvaluation({ sampleSteps: 5, samplePrompts: 'Ahoy' })
  actions.setSampling({ temperature: 0.7 })
  actions.setPrompt('What is <b>this</b>?')
  await actions.showRun('two')
  await actions.compare('one', true)
  await actions.compare('three', true)
  actions.setUses([{ id: 'one', weight: 0.5 }, { id: 'three', weight: 1 }])
  await actions.ask('Why?')
  actions.look({ curves: { smoothed: false, raw: true, log: true, last: 100 }, compared: { log: true, more: true } })
  actions.look({ runs: { query: 'one', status: 'done', by: 'loss', descending: false } })
  const before = first.store.getState()
  const openFile = vi.spyOn(studio, 'openFile')
  const { store } = await reload(first, at, studio)
  await vi.waitFor(() => expect(store.getState().compared.map((c) => c.run.busy)).toEqual([false, false]))
  const after = store.getState()
  expect(after.recipe).toEqual(before.recipe)
  expect([after.recipe.name, after.recipe.data.mapping]).toEqual(['Night run', { columns: { x: 'text' } }])
  for (const entry of ['views', 'sampling', 'prompt', 'chosenUses', 'runId', 'keptFiles'] as const) expect(after[entry], entry).toEqual(before[entry])
  expect(after.compared.map((c) => c.id)).toEqual(['one', 'three'])
  expect(after.run.phase).toBe('done')
  expect(after.asked).toMatchObject({ prompt: 'Why?', base: { busy: false, text: before.asked!.base!.text }, tuned: { text: before.asked!.tuned!.text } })
  expect(openFile.mock.calls.map(([train, , test]) => [train.path, test?.path])).toEqual([['mine.jsonl', 'mine.test.jsonl']])
  expect(after.dataset.value?.testRows).toBe(20)
})

test('tasks come back with the files that were chosen for them, and a sample by its name', async () => {
  const at = place()
  const studio = testStudio()
  const first = await start(at, studio)
  await first.actions.openSample('pirate')
  await first.actions.setSeveral(true)
  await first.actions.openFile(file('mine.jsonl'))
  await vi.waitFor(() => expect(first.store.getState().keptFiles).toBeDefined())
  const openTasks = vi.spyOn(studio, 'openTasks')
  const second = await reload(first, at, studio)
  expect(openTasks.mock.calls.at(-1)![1].map((t) => [t.task, t.file.path])).toEqual([['mine', 'mine.jsonl']])
  expect(second.store.getState().dataset.value?.tasks?.map((t) => t.name)).toEqual(['pirate', 'mine'])
  await second.actions.setSeveral(false)
  const third = await reload(second, at, studio)
  expect([third.store.getState().recipe.data.id, third.store.getState().dataset.value?.name]).toEqual(['pirate', 'pirate'])
})

test('a dropped model comes back where it was kept, also for a run that goes on, and is named where it was not', async () => {
  const at = place()
  const tunes = testRecord('cut', { ...defaultRecipe(), base: { source: 'folder', id: 'mine' } }, { status: 'running', step: 80, checkpointStep: 75 })
  const studio = testStudio({ runs: [tunes] })
  const first = await start(at, studio)
  await first.actions.takeFiles([file('mine/config.json')])
  const second = await reload(first, at, studio)
  expect(second.store.getState().notice).toMatchObject({ message: 'The model folder “mine” was open, and no copy of it is kept in this browser.' })
  expect(second.store.getState().base.value?.id).toBe('starter')
  await second.actions.takeFiles([file('mine/config.json')])
  await second.actions.keepModel()
  expect(second.store.getState().recipe.base).toMatchObject({ source: 'folder', id: 'mine', sha256: expect.any(String) })
  const third = await reload(second, at, studio)
  const { base, notice } = third.store.getState()
  expect([base.value?.id, base.value?.storedAs, notice]).toEqual(['mine', `folder/mine@${base.value?.sha256}`, undefined])
  await third.actions.openBuiltin('starter')
  await third.actions.continueRun('cut')
  expect([third.store.getState().base.value?.id, third.store.getState().notice]).toEqual(['mine', undefined])
})

test('what cannot come back is named, and what somebody else wrote there is passed over', async () => {
  const at = place()
  const first = await start(at)
  await first.actions.openFile(file('mine.jsonl'))
  await vi.waitFor(() => expect(first.store.getState().keptFiles).toBeDefined())
  // Another studio kept nothing.
  const second = await reload(first, at)
  expect(second.store.getState().notice).toMatchObject({ code: 'bad-data', message: 'The file “mine.jsonl” was open, and is not kept in this browser.' })
  for (const text of ['', 'x', '[]', '{"version":2}', JSON.stringify({ version: 1, recipe: { training: { steps: 'x' } }, sampling: { topK: 'x' }, prompt: 3, asked: { prompt: 'x', uses: [3] }, uses: [{ id: 'x' }], compared: [3, 'one'], files: {} })])
    expect(readDesk(text) ?? { compared: [] }, text).toEqual({ compared: text.includes('one') ? ['one'] : [] })
})

test('a recipe that is not usable yet leaves the one before, and a fresh start forgets', async () => {
  const at = place()
  const first = await start(at)
  first.actions.setTraining('steps', 50)
  first.actions.saveDesk()
  first.actions.setTraining('steps', -3)
  const second = await reload(first, at)
  expect(second.store.getState().recipe.training.steps).toBe(50)
  second.actions.setTraining('steps', 60)
  second.actions.clearDesk()
  const third = await reload(second, at)
  expect(third.store.getState().recipe.training.steps).toBe(defaultRecipe().training.steps)
})
