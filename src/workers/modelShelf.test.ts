// From a click to an open model: fetched from a Hub on this machine, listed, opened without the network, named by its commit, and
// what is answered where it is not there.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { utf8 } from '../lib/bytes.ts'
import { bytesSource, hashSource, type ByteSource } from '../files/byteSource.ts'
import type { ModelFolder } from '../files/modelFolder.ts'
import { defaultRecipe } from '../protocol/recipe.ts'
import { valueOf } from '../protocol/result.ts'
import type { BaseInfo } from '../protocol/studio.ts'
import { memoryStorage } from '../storage/memoryStorage.ts'
import { startTestHub, type TestHub } from '../storage/testHub.ts'
import { openModel, type OpenModel } from '../train/base.ts'
import { testFolder } from '../train/testFolder.ts'
import type { HubFetcher } from './hubClient.ts'
import { hubServer } from './hubServer.ts'
import { modelInfo, type Called } from './modelInfo.ts'
import { modelShelf } from './modelShelf.ts'

const commit = 'c'.repeat(40)
const files = new Map([
  ['config.json', utf8(JSON.stringify({ model_type: 'llama' }))],
  ['tokenizer.json', utf8('{}')],
  ['model.safetensors', new Uint8Array(5000)],
])
const id = `hub/org/name@${commit}`

/** A model that is what its weights are. */
const folderOf = (sources: ReadonlyMap<string, ByteSource>): ModelFolder => ({ ...testFolder('llama'), files: sources, hash: (hashOf = hashSource) => hashOf(sources.get('model.safetensors')!) })
const dropped = (weights: Uint8Array): ReadonlyMap<string, ByteSource> => new Map([...files, ['model.safetensors', weights] as const].map(([path, bytes]) => [path, bytesSource(bytes, `mine/${path}`)]))

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
    fetch: async (...args) => valueOf(await server.fetch(...args)),
    push: () => Promise.reject(new Error('nothing is sent here')),
    cancel: () => server.cancel(),
  }
  let opened: { info: BaseInfo; model: OpenModel } | undefined
  const openedFiles: string[][] = []
  const builtins: string[] = []
  const open = (called: Called, sources: ReadonlyMap<string, ByteSource>): BaseInfo => {
    const model = openModel(folderOf(sources))
    opened = { info: modelInfo(called, model), model }
    return opened.info
  }
  const shelf = modelShelf({
    site: { hub: async () => (isWithoutHub ? undefined : { endpoint: hub.endpoint }) },
    storage,
    fetcher,
    opened: () => opened,
    open: async (called, sources) => {
      openedFiles.push([...sources.keys()])
      return open(called, sources)
    },
    openBuiltin: async (id) => builtins.push(id),
    called: (info) => void (opened &&= { ...opened, info }),
    alone: (work) => work(),
  })
  return { shelf, storage, openedFiles, builtins, drop: (weights: Uint8Array) => open({ id: 'mine', title: 'mine' }, dropped(weights)), opened: () => opened?.info, close: () => (opened = undefined) }
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

  it('keeps a dropped folder, read twice, and opens it again by name and by hash; a run goes on with the weights that it tuned and no others', async () => {
    const { shelf, storage, openedFiles, drop, opened, close } = make()
    const weights = Uint8Array.from({ length: 5000 }, (_, i) => i)
    const sha256 = await hashSource(bytesSource(weights, ''))
    const bytes = drop(weights).bytesToKeep!
    const told: number[] = []
    const info = await shelf.calls.keepModel((done, total) => void told.push(done / total))
    const kept = `folder/mine@${sha256}`
    expect(info).toEqual({ ok: true, value: opened() })
    expect(opened()).toMatchObject({ id: 'mine', storedAs: kept, sha256 })
    expect(opened()).not.toHaveProperty('bytesToKeep')
    expect([told[0], told.at(-1)]).toEqual([0, 1])
    expect(await shelf.calls.models()).toMatchObject({ ok: true, value: [{ id: kept, source: 'folder', name: 'mine', sha256, complete: true, bytes, arrived: bytes }] })
    expect(await shelf.calls.keepModel(() => undefined)).toMatchObject({ ok: false, failure: { message: 'No dropped model is open that could be kept.' } })

    const base = { source: 'folder', id: 'mine', sha256 } as const
    // What is open already is not read again, be it kept or dropped.
    await shelf.openFor(base)
    drop(weights)
    await shelf.openFor(base)
    expect(openedFiles).toEqual([])
    drop(weights.map((b) => b + 1))
    await shelf.openFor({ source: 'folder', id: 'mine' })
    await shelf.openFor(base)
    expect([openedFiles, opened()?.storedAs]).toEqual([[[...files.keys()]], kept])
    expect(await shelf.calls.verifyModel(kept, () => undefined)).toEqual({ ok: true, value: { damaged: [] } })
    expect(await shelf.calls.deleteModel(kept)).toMatchObject({ ok: false, failure: { message: 'This model is open.' } })
    drop(weights.map((b) => b + 1))
    expect(await shelf.calls.deleteModel(kept)).toEqual({ ok: true, value: true })
    await expect(shelf.openFor(base)).rejects.toThrow('This run tunes a model folder mine with other weights than the one that is open.')
    close()
    await expect(shelf.openFor(base)).rejects.toThrow('This run tunes the model folder mine, which is not open.')
    expect((await storage.use()).runs).toEqual([])
  })

  it('stops keeping where somebody cancels', async () => {
    const { shelf, storage, drop } = make()
    drop(new Uint8Array(8))
    const keeping = shelf.calls.keepModel(() => undefined)
    await shelf.calls.cancelKeeping()
    expect(await keeping).toMatchObject({ ok: false, failure: { code: 'cancelled' } })
    expect([await storage.library.list(), await storage.models.list()]).toEqual([[], []])
  })

  it('opens a built-in model for a run, unless it is open', async () => {
    const { shelf, builtins, drop } = make()
    drop(new Uint8Array(8))
    await shelf.openFor(defaultRecipe().base)
    expect(builtins).toEqual(['starter'])
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
