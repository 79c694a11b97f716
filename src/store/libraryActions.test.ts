// The page's side of fetching and keeping models, on the scripted Studio.
import { describe, expect, it } from 'vitest'
import type { HubRequest } from '../protocol/models.ts'
import { testStudio } from '../ui/testStudio.ts'
import { TEST_COMMIT } from '../ui/testLibrary.ts'
import { createApp } from './appStore.ts'

async function started() {
  const studio = testStudio()
  const requests: HubRequest[] = []
  const app = createApp({
    ...studio,
    fetchHub: (request, onProgress) => {
      requests.push(request)
      return studio.fetchHub(request, onProgress)
    },
  })
  app.actions.start()
  await expect.poll(() => app.store.getState().library.models.value?.length).toBe(1)
  return { ...app, requests }
}

describe('models on the page', () => {
  it('nothing is fetched from the Hub by itself', async () => {
    const { store, actions, requests } = await started()
    await actions.takeRecipe({ ...store.getState().recipe, base: { source: 'hub', id: 'org/name', revision: TEST_COMMIT } })
    expect(requests).toEqual([])
    expect(store.getState().hub.place).toEqual({ endpoint: 'https://huggingface.co' })
    // It says what is missing, and the recipe keeps naming it.
    expect(store.getState().base.failure?.message).toContain('is not stored in this browser')
    expect(store.getState().recipe.base).toEqual({ source: 'hub', id: 'org/name', revision: TEST_COMMIT })
  })

  it('a click fetches, lists and opens a model, and pins the recipe', async () => {
    const { store, actions, requests } = await started()
    await actions.fetchHub({ repo: 'org/name' })
    expect(requests).toEqual([{ repo: 'org/name' }])
    const { hub, library, base, recipe } = store.getState()
    expect(hub).toMatchObject({ busy: false, said: 'The model is stored in this browser.' })
    expect(hub.progress).toBeUndefined()
    expect(library.models.value?.map((m) => m.name)).toEqual(['org/name', 'starter'])
    expect([base.value?.id, recipe.base]).toEqual(['org/name', { source: 'hub', id: 'org/name', revision: TEST_COMMIT }])
  })

  it('keeps the open model where a download fails or is cancelled, or a run is training', async () => {
    const { store, actions } = await started()
    const before = store.getState().base
    await actions.fetchHub({ repo: 'org/gated' })
    expect(store.getState().hub.failure?.message).toContain('org/gated is gated')
    const fetching = actions.fetchHub({ repo: 'org/name' })
    await expect.poll(() => store.getState().hub.progress?.done).toBeGreaterThan(0)
    await actions.cancelHub()
    await fetching
    expect(store.getState().hub).toMatchObject({ busy: false, said: 'The download was cancelled. Start it again; it goes on from there.' })
    expect(store.getState().hub.failure).toBeUndefined()
    expect(store.getState().library.models.value?.[0]).toMatchObject({ name: 'org/name', complete: false })
    store.setState({ working: true })
    await actions.fetchHub({ repo: 'org/name' })
    expect(store.getState().hub.said).toContain('open it from the list when the run is done')
    expect([store.getState().base, store.getState().recipe.base.source]).toEqual([before, 'builtin'])
  })

  it('checks and deletes what is stored, and says so', async () => {
    const { store, actions } = await started()
    await actions.fetchHub({ repo: 'org/name' })
    const [model] = store.getState().library.models.value!
    await actions.verifyStored(model!)
    expect(store.getState().library).toMatchObject({ said: 'Every file of org/name is as it was fetched.' })
    await actions.openStored(store.getState().library.models.value!.at(-1)!)
    expect(store.getState().recipe.base.source).toBe('builtin')
    await actions.deleteStored(model!)
    expect(store.getState().library.models.value?.map((m) => m.name)).toEqual(['starter'])
  })
})
