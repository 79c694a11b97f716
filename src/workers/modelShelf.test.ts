// From a click to an open model: fetched from a Hub on this machine, listed, opened without the network, named by its commit, and
// what is answered where it is not there.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { utf8 } from '../lib/bytes.ts'
import type { ByteSource } from '../files/byteSource.ts'
import { toFailure, Fault } from '../protocol/failure.ts'
import { defaultRecipe } from '../protocol/recipe.ts'
import type { BaseInfo, Result } from '../protocol/studio.ts'
import { memoryStorage } from '../storage/memoryStorage.ts'
import { startTestHub, type TestHub } from '../storage/testHub.ts'
import type { HubFetcher } from './hubClient.ts'
import { hubServer } from './hubServer.ts'
import { modelShelf } from './modelShelf.ts'

const commit = 'c'.repeat(40)
const files = new Map([
  ['config.json', utf8(JSON.stringify({ model_type: 'llama' }))],
  ['tokenizer.json', utf8('{}')],
  ['model.safetensors', new Uint8Array(5000)],
])
const id = `hub/org/name@${commit}`

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
})
afterAll(() => hub.close())
beforeEach(() => {
  hub.weather = {}
  hub.asked.length = 0
  hub.models.set('org/name', { commit, files, branches: { dev: commit } })
})

function make(isWithoutHub = false) {
  const storage = memoryStorage()
  const server = hubServer(storage)
  const fetcher: HubFetcher = {
    async fetch(...args) {
      const result = await server.fetch(...args)
      if (result.ok) return result.value
      throw new Fault(result.failure.code, result.failure.message, result.failure.hint)
    },
    push: () => Promise.reject(new Error('nothing is sent here')),
    cancel: () => server.cancel(),
  }
  let opened: { info: BaseInfo } | undefined
  const openedFiles: string[][] = []
  const answer = async <T>(work: () => Promise<T>): Promise<Result<T>> => work().then((value) => ({ ok: true, value }), (error: unknown) => ({ ok: false, failure: toFailure(error) }))
  const shelf = modelShelf({
    site: { hub: async () => (isWithoutHub ? undefined : { endpoint: hub.endpoint }) },
    storage,
    fetcher,
    opened: () => opened,
    open: async (info, sources: ReadonlyMap<string, ByteSource>) => {
      openedFiles.push([...sources.keys()])
      opened = { info: { ...info, modelType: 'llama', parameters: 1, bytes: 1, contextLength: 1, vocabulary: 1, chat: false, linearLayers: [] } }
      return opened.info
    },
    answer,
    alone: (work) => work(),
  })
  return { shelf, storage, openedFiles, close: () => (opened = undefined) }
}

describe('the shelf of models', () => {
  it('fetches, lists and opens a model, and pins a recipe to its commit', async () => {
    const { shelf, openedFiles } = make()
    expect(await shelf.calls.hub()).toEqual({ ok: true, value: { endpoint: hub.endpoint } })
    expect(await shelf.calls.fetchHub({ repo: 'org/name', revision: 'dev' }, () => undefined)).toEqual({ ok: true, value: id })
    expect(await shelf.calls.models()).toMatchObject({ ok: true, value: [{ id, complete: true, revision: 'dev', commit }] })
    hub.asked.length = 0
    expect(await shelf.calls.openStored(id)).toMatchObject({ ok: true, value: { id: 'org/name', revision: commit } })
    expect([openedFiles, hub.asked]).toEqual([[[...files.keys()]], []])
    const base = { source: 'hub', id: 'org/name', revision: 'dev' } as const
    expect(shelf.pinned({ ...defaultRecipe(), base }).base).toEqual({ ...base, revision: commit })
    expect(shelf.pinned(defaultRecipe()).base).toEqual(defaultRecipe().base)
    expect(await shelf.calls.verifyModel(id, () => undefined)).toEqual({ ok: true, value: { damaged: [] } })
  })

  it('opens for a run what its recipe names, by commit or by branch, and says what to do where it is gone', async () => {
    const { shelf, openedFiles, close } = make()
    const base = { source: 'hub', id: 'org/name', revision: commit } as const
    await expect(shelf.openFor(base)).rejects.toMatchObject({
      code: 'bad-model',
      message: 'This run tunes org/name at cccccccc, which is not stored in this browser.',
      hint: `Fetch org/name@${commit} under “Hugging Face model”, then continue the run.`,
    })
    await shelf.calls.fetchHub({ repo: 'org/name@dev' }, () => undefined)
    await shelf.openFor(base)
    await shelf.openFor({ source: 'hub', id: 'org/name', revision: 'dev' })
    expect(openedFiles.length).toBe(2)
    expect(await shelf.calls.openStored('hub/org/name@main')).toMatchObject({ ok: false, failure: { message: 'The model org/name@main is not stored in this browser.' } })
    expect(await shelf.calls.deleteModel(id)).toMatchObject({ ok: false, failure: { message: 'This model is open.' } })
    close()
    expect(await shelf.calls.deleteModel(id)).toEqual({ ok: true, value: true })
    await expect(shelf.openFor(base)).rejects.toThrow('is not stored')
  })

  it('refuses a type that cannot be trained before its weights, a half model, and a studio without a Hub', async () => {
    hub.models.set('org/name', { commit, files: new Map([...files, ['config.json', utf8('{"model_type":"mamba"}')]]) })
    const { shelf } = make()
    expect(await shelf.calls.fetchHub({ repo: 'org/name' }, () => undefined)).toMatchObject({ ok: false, failure: { code: 'bad-model', message: expect.stringContaining('Models of type “mamba” cannot be trained') } })
    expect(hub.asked.some((a) => a.path.endsWith('safetensors'))).toBe(false)
    expect(await shelf.calls.openStored(id)).toMatchObject({ ok: false, failure: { message: 'org/name is not stored in full.' } })
    const none = make(true)
    expect(await none.shelf.calls.hub()).toEqual({ ok: true, value: undefined })
    expect(await none.shelf.calls.fetchHub({ repo: 'org/name' }, () => undefined)).toMatchObject({ ok: false, failure: { message: 'This studio was built to fetch from no Hub.' } })
  })

  it('cancels, says so, and goes on later', async () => {
    const { shelf } = make()
    hub.weather = { slow: 50 }
    const fetching = shelf.calls.fetchHub({ repo: 'org/name' }, ({ done }) => void (done > 0 && shelf.calls.cancelHub()))
    expect(await shelf.calls.fetchHub({ repo: 'org/name' }, () => undefined)).toMatchObject({ ok: false, failure: { message: 'The Hub is being spoken to already.' } })
    expect(await fetching).toMatchObject({ ok: false, failure: { code: 'cancelled' } })
    expect(await shelf.calls.fetchHub({ repo: 'org/name' }, () => undefined)).toEqual({ ok: true, value: id })
  })
})
