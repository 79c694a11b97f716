// A page beside another tab's run: named, followed without a step twice, shown as it ended, and taken over.
import { expect, it, vi } from 'vitest'
import { defaultRecipe } from '../protocol/recipe.ts'
import type { TabNews } from '../protocol/keep.ts'
import { testRecord, testStep } from '../ui/testFixtures.ts'
import { testStudio } from '../ui/testStudio.ts'
import { createApp } from './appStore.ts'

function scene(base = defaultRecipe().base) {
  const record = testRecord('far', { ...defaultRecipe(), name: 'Night', base }, { status: 'running', step: 3, checkpointStep: 2 })
  const asked: string[] = []
  let tell: (news: TabNews) => void = () => undefined
  const studio = testStudio({ runs: [record] })
  const app = createApp({
    ...studio,
    watchTabs: async (onNews) => void (tell = onNews),
    askTab: async (id) => void asked.push(`again ${id}`),
    takeOver: async (id) => {
      asked.push(`yield ${id}`)
      return { ok: true, value: true }
    },
    continueRun: async (id) => {
      asked.push(`continue ${id}`)
      return { ok: true, value: record }
    },
  })
  app.actions.keepWatching()
  return { ...app, asked, tell: (news: TabNews) => tell(news) }
}
const live: TabNews = { kind: 'live', runId: 'far', name: 'Night', step: 3, steps: 200 }

it('follows a run elsewhere, and no step twice', async () => {
  const { store, actions, tell, asked } = scene()
  tell({ kind: 'events', runId: 'far', events: [testStep(3, 200)] })
  expect(store.getState().elsewhere).toBeUndefined()
  tell(live)
  await actions.watchElsewhere()
  expect(asked).toEqual(['again far'])
  expect(store.getState()).toMatchObject({ watching: 'far', runId: 'far', run: { phase: 'training', step: 3 } })
  tell({ kind: 'events', runId: 'far', events: [testStep(2, 200), testStep(3, 200), testStep(4, 200)] })
  expect(store.getState().run.curve.rows).toBe(4)
  expect(store.getState().elsewhere?.step).toBe(4)
  tell({ kind: 'ended', runId: 'far' })
  await new Promise((done) => setTimeout(done, 20))
  expect(store.getState().elsewhere).toBeUndefined()
  expect(store.getState().run.phase).toBe('stopped')
})

it('takes a run over only when asked, and goes on with it here', async () => {
  const { store, actions, tell, asked } = scene()
  await actions.takeOver()
  expect(asked).toEqual([])
  tell(live)
  await actions.takeOver()
  expect(asked).toEqual(['yield far', 'continue far'])
  expect(store.getState().elsewhere).toBeUndefined()
})

it('leaves a run where it is, if its model is not here', async () => {
  const { store, actions, tell, asked } = scene({ source: 'folder', id: 'mine' })
  tell(live)
  await actions.takeOver()
  expect([asked, store.getState().notice?.message]).toEqual([[], 'This run tunes the model folder mine, which is not open.'])
  await actions.takeFiles([{ path: 'mine/config.json', file: new File(['{}'], 'config.json') }])
  await actions.takeOver()
  expect(asked).toEqual(['yield far', 'continue far'])
})

it('measures no step while another tab trains', async () => {
  const probes: boolean[] = []
  const studio = testStudio()
  let tell: (news: TabNews) => void = () => undefined
  const { actions } = createApp({
    ...studio,
    watchTabs: async (onNews) => void (tell = onNews),
    estimate: async (recipe, probe) => {
      probes.push(probe)
      return studio.estimate(recipe, probe)
    },
  })
  actions.keepWatching()
  await actions.readDevice()
  await actions.openBuiltin('starter')
  await actions.openSample('pirate')
  vi.useFakeTimers()
  actions.keepPlanned()
  tell(live)
  await vi.advanceTimersByTimeAsync(5000)
  expect([...new Set(probes)]).toEqual([false])
  tell({ kind: 'ended', runId: 'far' })
  await vi.advanceTimersByTimeAsync(5000)
  expect(probes.at(-1)).toBe(true)
  vi.useRealTimers()
})
