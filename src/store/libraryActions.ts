// Fetches models from the Hub, and keeps the list of stored ones. Nothing is fetched but on a person's click.
import type { Failure } from '../protocol/failure.ts'
import type { HubRequest, StoredModelInfo } from '../protocol/models.ts'
import type { Context } from './context.ts'
import { answer, settled } from './held.ts'
import type { HubState, LibraryState } from './libraryState.ts'
import type { ModelActions } from './modelActions.ts'

export interface LibraryActions {
  /** Asks the studio's own site which Hub it may fetch from, and reads what is stored. */
  readLibrary(): Promise<void>
  /** Fetches a model, and opens it unless a run is training. */
  fetchHub(request: HubRequest): Promise<void>
  cancelHub(): Promise<void>
  openStored(model: StoredModelInfo): Promise<void>
  verifyStored(model: StoredModelInfo): Promise<void>
  deleteStored(model: StoredModelInfo): Promise<void>
}

/** What a person has asked for is no failure. */
const ended = (failure: Failure): Partial<HubState> => (failure.code === 'cancelled' ? { said: `${failure.message} ${failure.hint}` } : { failure })

export function libraryActions({ studio, store }: Context, model: ModelActions): LibraryActions {
  const { getState, setState } = store

  async function refresh(): Promise<void> {
    const models = await answer(studio.models())
    setState((s) => ({ library: { ...s.library, models: settled(s.library.models, models) } }))
  }

  /** One thing at a time; answers what came of it in words. */
  async function withOne({ id }: StoredModelInfo, doing: NonNullable<LibraryState['busyWith']>['doing'], work: () => Promise<Pick<LibraryState, 'said' | 'failure'>>): Promise<void> {
    if (getState().library.busyWith) return
    setState((s) => ({ library: { models: s.library.models, busyWith: { id, doing } } }))
    const outcome = await work()
    setState((s) => ({ library: { models: s.library.models, ...outcome } }))
    await refresh()
  }

  return {
    async readLibrary() {
      const place = await answer(studio.hub())
      setState((s) => ({ hub: { ...s.hub, ...(place.ok && place.value && { place: place.value }) } }))
      await refresh()
    },

    async fetchHub(request) {
      const { place, busy } = getState().hub
      if (busy || !place) return
      setState({ hub: { place, busy: true } })
      const result = await answer(studio.fetchHub(request, (progress) => setState((s) => (s.hub.busy ? { hub: { ...s.hub, progress } } : {}))))
      const isTraining = getState().working
      const said = isTraining ? 'The model is stored; open it from the list when the run is done.' : 'The model is stored in this browser.'
      setState({ hub: { place, busy: false, ...(result.ok ? { said } : ended(result.failure)) } })
      await refresh()
      if (result.ok && !isTraining) await model.openHub(result.value)
    },

    cancelHub: () => studio.cancelHub(),

    async openStored(stored) {
      if (getState().working) return
      await withOne(stored, 'opening', async () => {
        const { source, name, id, sha256 } = stored
        if (source === 'folder') await model.openKept({ source, id: name, ...(sha256 !== undefined && { sha256 }) })
        else await (source === 'builtin' ? model.openBuiltin(name) : model.openHub(id))
        return {}
      })
    },

    verifyStored: (stored) =>
      withOne(stored, 'checking', async () => {
        const result = await answer(
          studio.verifyModel(stored.id, (done, total) => setState((s) => (s.library.busyWith ? { library: { ...s.library, busyWith: { ...s.library.busyWith, done, total } } } : {}))),
        )
        if (!result.ok) return { failure: result.failure }
        const names = result.value.damaged.join(', ')
        if (names === '') return { said: `Every file of ${stored.name} is as it was fetched.` }
        return { said: stored.source === 'folder' ? `Damaged and dropped: ${names} of ${stored.name}. Drop its folder on the page and keep it again to repair it.` : `Damaged and dropped: ${names} of ${stored.name}. Fetch the model again to repair it.` }
      }),

    deleteStored: (stored) =>
      withOne(stored, 'deleting', async () => {
        const result = await answer(studio.deleteModel(stored.id))
        return result.ok ? { said: `${stored.name} was deleted.` } : { failure: result.failure }
      }),
  }
}
