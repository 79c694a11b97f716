// The store around a scripted Studio: what the page shows after each thing a person does.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Failure } from '../protocol/failure.ts'
import { defaultRecipe } from '../protocol/recipe.ts'
import { testRecord } from '../ui/testFixtures.ts'
import { testStudio, type Script } from '../ui/testStudio.ts'
import { createApp, type App } from './appStore.ts'
import { withTraining } from './recipeEdits.ts'

const failure: Failure = { code: 'bad-model', message: 'No tokenizer.json was found.', hint: 'Drop the whole folder.' }
const settle = (ms = 2000): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)

async function opened(script: Script = {}): Promise<App> {
  const app = createApp(testStudio(script))
  app.actions.start()
  await settle()
  return app
}
async function ready(script: Script = {}): Promise<App> {
  const app = await opened(script)
  await app.actions.openSample('pirate')
  app.actions.setTraining('steps', 20)
  app.actions.setTraining('save_steps', 5)
  app.actions.setEvaluation({ rows: 4 })
  await settle()
  return app
}

describe('the app store', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('opens the starter, the methods and the samples by itself', async () => {
    const { store } = await opened()
    const s = store.getState()
    expect(s.base.value?.id).toBe('starter')
    expect(s.base.busy).toBe(false)
    expect(s.methods.value?.map((m) => m.id)).toContain('lora')
    expect(s.samples.value).toHaveLength(3)
    expect(s.recipe.methods[0]?.options['r']).toBe(8)
    expect(s.dataset.value).toBeUndefined()
  })

  it('reads a sample that was picked before the model was there', async () => {
    const app = createApp(testStudio({ pace: 50 }))
    app.actions.start()
    void app.actions.openSample('pirate')
    await settle()
    expect(app.store.getState().dataset.value?.name).toBe('pirate')
  })

  it('takes several datasets, a task each, and one again', async () => {
    const app = await ready()
    const { actions, store } = app
    const tasks = (): unknown => store.getState().recipe.data.tasks?.map((t) => [t.name, t.source, t.id])
    await actions.setSeveral(true)
    expect(tasks()).toEqual([['pirate', 'sample', 'pirate']])
    expect(store.getState().recipe.data.tasks![0].description).toBe(store.getState().samples.value!.find((s) => s.id === 'pirate')!.description)
    await actions.openSample('orders')
    await actions.openFile({ path: 'mine/orders.jsonl', file: new File(['{}'], 'orders.jsonl') })
    expect(tasks()).toEqual([
      ['pirate', 'sample', 'pirate'],
      ['orders', 'sample', 'orders'],
      ['orders 2', 'file', 'orders.jsonl'],
    ])
    expect(store.getState().dataset.value!.tasks!.map((t) => t.name)).toEqual(['pirate', 'orders', 'orders 2'])
    expect(store.getState().recipe.name).toBe('pirate + orders + orders 2')
    actions.describeTask('orders 2', 'Write it down.')
    await actions.openSample('orders')
    expect(store.getState().recipe.data.tasks!.map((t) => [t.name, t.description])).toEqual([
      ['pirate', store.getState().samples.value![0].description],
      ['orders 2', 'Write it down.'],
    ])
    await actions.removeTask('orders 2')
    await actions.setSeveral(false)
    expect(store.getState().recipe.data).toMatchObject({ source: 'sample', id: 'pirate' })
    expect(store.getState().recipe.data).not.toHaveProperty('tasks')
    expect(store.getState().dataset.value!.name).toBe('pirate')
  })

  it('keeps the tasks it had when a new one cannot be read', async () => {
    const script: Script = {}
    const app = await ready(script)
    await app.actions.setSeveral(true)
    Object.assign(script, { dataFailure: failure })
    await app.actions.openSample('orders')
    expect(app.store.getState().recipe.data.tasks!.map((t) => t.name)).toEqual(['pirate'])
    expect(app.store.getState().dataset.failure).toEqual(failure)
    expect(app.store.getState().dataset.value!.tasks).toHaveLength(1)
  })

  it('plans bytes at once and time after a probe, and plans again when the recipe changes', async () => {
    const app = await ready({ pace: 100 })
    const first = app.store.getState().plan
    expect(first.value?.seconds).toBeGreaterThan(0)
    expect(first.busy).toBe(false)
    app.actions.setMethodOption(0, 'r', 16)
    await settle(450)
    expect(app.store.getState().plan.busy).toBe(true)
    expect(app.store.getState().plan.value?.trainableParameters).toBe(81_920)
    await settle()
    expect(app.store.getState().plan.busy).toBe(false)
    expect(app.store.getState().plan.value?.seconds).toBeGreaterThan(0)
  })

  it('renders the data again for another length', async () => {
    const app = await ready()
    app.actions.setTraining('max_length', 16)
    await settle()
    expect(app.store.getState().dataset.value?.truncated).toBe(12)
  })

  it('trains to the end, with both scores, and lists the run', async () => {
    const app = await ready()
    const done = app.actions.train()
    await settle(5000)
    await done
    const s = app.store.getState()
    expect([s.run.phase, s.run.step, s.run.curve.rows, s.working]).toEqual(['done', 20, 20, false])
    expect([s.run.before?.total, s.run.after?.total]).toEqual([4, 4])
    expect(s.runs.value?.map((r) => [r.id, r.status])).toEqual([['run-1', 'done']])
    expect(s.runId).toBe('run-1')
  })

  it('pauses, goes on and stops', async () => {
    const app = await ready({ pace: 100 })
    const done = app.actions.train()
    await settle(800)
    await app.actions.pause()
    await settle(800)
    const { step } = app.store.getState().run
    expect(app.store.getState().run.phase).toBe('paused')
    await settle(2000)
    expect(app.store.getState().run.step).toBe(step)
    await app.actions.resume()
    await settle(400)
    expect(app.store.getState().run.step).toBeGreaterThan(step)
    await app.actions.stop()
    await settle()
    await done
    expect(app.store.getState().run.phase).toBe('stopped')
  })

  it('keeps the curves of a run that fails', async () => {
    const app = await ready({ failAt: 8 })
    const failed = app.actions.train()
    await settle()
    await failed
    expect(app.store.getState().run.failure?.code).toBe('device-lost')
    expect(app.store.getState().run.curve.rows).toBe(8)
  })

  it('continues a stored run: its recipe, its curves, then the rest', async () => {
    const recipe = { ...withTraining(defaultRecipe(), 'steps', 12), data: { ...defaultRecipe().data, id: 'mood' }, name: 'mood' }
    const app = await opened({ runs: [testRecord('old', recipe, { status: 'running', step: 9, checkpointStep: 8 })] })
    const done = app.actions.continueRun('old')
    await settle(5000)
    await done
    const s = app.store.getState()
    expect([s.run.phase, s.run.step, s.run.curve.rows]).toEqual(['done', 12, 12])
    expect([s.recipe.data.id, s.runId]).toEqual(['mood', 'old'])
  })

  it('goes on from the last checkpoint at the lower rate that a divergence offers', async () => {
    const app = await opened({ divergeAt: 9 })
    app.store.setState((s) => ({ recipe: withTraining(withTraining(s.recipe, 'steps', 12), 'save_steps', 4) }))
    const failed = app.actions.train()
    await settle(5000)
    await failed
    const { run, runId } = app.store.getState()
    expect([run.phase, run.failure?.code, run.failure?.remedies?.[0]]).toEqual(['failed', 'diverged', { kind: 'continue', step: 8, learning_rate: 0.00033 }])
    const done = app.actions.continueRun(runId!, 0.00033)
    await settle(5000)
    await done
    const s = app.store.getState()
    expect([s.run.phase, s.run.step, s.run.curve.rows, s.run.failure]).toEqual(['done', 12, 12, undefined])
    expect(s.run.rates).toEqual([{ step: 8, was: 0.001, is: 0.00033 }])
    expect(s.recipe.training.learning_rate).toBe(0.00033)
  })

  it('keeps the open model when another one fails', async () => {
    const app = createApp({ ...testStudio(), openFolder: async () => ({ ok: false, failure }) })
    app.actions.start()
    await settle()
    await app.actions.takeFiles([{ path: 'm/config.json', file: new File([''], 'config.json') }])
    const { base } = app.store.getState()
    expect([base.value?.id, base.failure?.code]).toEqual(['starter', 'bad-model'])
  })

  it('tells the studio how frozen weights are kept, for answers before any run, and keeps it for another model', async () => {
    const told: unknown[] = []
    const app = createApp({ ...testStudio(), keepWeights: async (base) => (told.push(base.quantization), { ok: true, value: true }) })
    app.actions.start()
    await settle()
    app.actions.setBaseOption('quantization', 'nf4')
    await settle()
    expect(told.at(-1)).toBe('nf4')
    void app.actions.openBuiltin('starter')
    await settle()
    expect(app.store.getState().recipe.base.quantization).toBe('nf4')
    expect(told.at(-1)).toBe('nf4')
    await app.actions.takeRecipe(defaultRecipe())
    await settle()
    expect(told.at(-1)).toBeUndefined()
  })

  it('keeps the open data, and its name in the recipe, when other data fails', async () => {
    const bad: Failure = { code: 'bad-data', message: 'No rows.', hint: 'Choose another file.' }
    const app = createApp({ ...testStudio(), openFile: async () => ({ ok: false, failure: bad }) })
    app.actions.start()
    await settle()
    await app.actions.openSample('pirate')
    await app.actions.takeFiles([{ path: 'bad.csv', file: new File([''], 'bad.csv') }])
    await settle()
    const { dataset, recipe } = app.store.getState()
    expect([dataset.value?.name, dataset.failure?.code]).toEqual(['pirate', 'bad-data'])
    expect([recipe.data.source, recipe.data.id, recipe.name]).toEqual(['sample', 'pirate', 'Talk like a pirate'])
  })

  it('turns a broken worker into a failure', async () => {
    const app = createApp({ ...testStudio(), openSample: () => Promise.reject(new Error('worker gone')) })
    app.actions.start()
    await settle()
    await app.actions.openSample('pirate')
    expect(app.store.getState().dataset.failure?.message).toContain('worker gone')
  })

  it('says what it cannot use, and opens a dropped recipe', async () => {
    const app = await ready()
    await app.actions.takeFiles([{ path: 'cat.png', file: new File([''], 'cat.png') }])
    expect(app.store.getState().notice?.code).toBe('bad-file')
    const text = JSON.stringify({ ...withTraining(defaultRecipe(), 'steps', 3), data: { ...defaultRecipe().data, id: 'orders' } })
    await app.actions.takeFiles([{ path: 'recipe.json', file: new File([text], 'recipe.json') }])
    await settle()
    const s = app.store.getState()
    expect([s.notice, s.recipe.training.steps, s.dataset.value?.name]).toEqual([undefined, 3, 'orders'])
    await app.actions.takeFiles([{ path: 'recipe.json', file: new File(['{'], 'recipe.json') }])
    expect(app.store.getState().notice?.message).toContain('is not valid JSON')
    await app.actions.takeFiles([{ path: 'recipe.json', file: new File(['{"steps":1}'], 'recipe.json') }])
    expect(app.store.getState().notice?.message).toContain('Unknown entry steps')
  })

  it('streams both answers, and stops', async () => {
    const app = await ready({ pace: 20 })
    app.actions.setUses([{ id: 'run-1', weight: 1 }])
    const asked = app.actions.ask('Hello')
    await settle(100)
    expect(app.store.getState().asked?.base?.busy).toBe(true)
    await settle(3000)
    await asked
    expect(app.store.getState().asked?.tuned).toMatchObject({ text: "Arr, the hound scurried t' the shore, me hearty!", busy: false })
    const again = app.actions.ask('Hello')
    await settle(50)
    await app.actions.stopAsking()
    await settle(500)
    await again
    const { asked: now } = app.store.getState()
    expect([now?.base?.busy, now?.base?.failure, now?.tuned?.busy]).toEqual([false, undefined, false])
  })

  it('puts adapters on the GPU before they are asked, once for the same ones', async () => {
    const studio = testStudio({ runs: [testRecord('old', defaultRecipe())] })
    const prepareAdapters = vi.fn<typeof studio.prepareAdapters>(studio.prepareAdapters)
    const app = createApp({ ...studio, prepareAdapters })
    app.actions.start()
    await settle()
    app.actions.toggleUse('old')
    await settle(200)
    app.actions.setWeight('old', 0.5)
    await settle(200)
    expect(prepareAdapters.mock.calls).toEqual([[[{ id: 'old', weight: 1 }]]])
    expect(app.store.getState().adapters.value?.map((a) => a.gpuBytes > 0)).toEqual([true])
    await app.actions.unloadAdapter('old')
    expect(app.store.getState().adapters.value?.map((a) => a.gpuBytes)).toEqual([0])
  })

  it('packs a run, deletes it, and forgets what it showed', async () => {
    const app = await opened({ runs: [testRecord('old', defaultRecipe())] })
    vi.useRealTimers()
    expect((await app.actions.exportRun('old'))?.name).toBe('old.zip')
    expect(app.store.getState().exporting.value?.files).toContain('adapter_config.json')
    expect(await app.actions.showRun('old')).toBe(true)
    expect(app.store.getState().run.curve.rows).toBe(200)
    await app.actions.compare('old', true)
    await app.actions.deleteRun('old')
    expect([app.store.getState().runs.value, app.store.getState().compared]).toEqual([[], []])
    expect([app.store.getState().runId, app.store.getState().run.curve.rows]).toEqual([undefined, 0])
  })
})
