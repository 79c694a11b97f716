// A project carries a run from one browser to another, byte for byte; a changed one is refused and leaves nothing behind.
import { expect, it } from 'vitest'
import { unzip } from '../files/zip.ts'
import { utf8 } from '../lib/bytes.ts'
import type { RunEvent } from '../protocol/event.ts'
import { defaultRecipe } from '../protocol/recipe.ts'
import { valueOf } from '../protocol/result.ts'
import { memoryStorage } from '../storage/memoryStorage.ts'
import { keepShelf } from './keepShelf.ts'

const step: Extract<RunEvent, { type: 'step' }> = { type: 'step', step: 1, steps: 9, loss: 2.123456789012345, learningRate: 1e-3, gradNorm: 0.1, tokens: 8, trainedTokens: 4, ms: 3 }

const tabs = { listen: () => undefined, askAgain: () => undefined, takeOver: async () => undefined }
async function scene() {
  const storage = memoryStorage()
  await storage.runs.put({ id: 'run-1', recipe: { ...defaultRecipe(), name: 'Piräten' }, createdAt: 5, status: 'running', step: 7, lastLoss: 2.5, scores: { metric: 'accuracy', before: 0.5 }, hasAdapter: false })
  await storage.runs.appendEvents('run-1', [step, { ...step, step: 2 }])
  await storage.inputs.save('run-1', new Map([['names.json', utf8('{}')], ['train', utf8('{"a":1}')]]))
  await storage.adapters.save('run-1', new Map([['adapter_model.safetensors', Uint8Array.of(1, 2, 3)]]))
  await storage.checkpoints.save('run-1', 5, new Map([['values', Uint8Array.of(9, 9)], ['m', Uint8Array.of(7)]]))
  return { storage, shelf: keepShelf({ storage, tabs }) }
}
const quiet = (): void => undefined
const fileOf = (zip: Blob) => ({ path: 'p.zip', file: new File([zip], 'p.zip') })

it('carries everything that a run needs to go on', async () => {
  const from = await scene()
  const { name, zip } = valueOf(await from.shelf.exportProject('run-1', true))
  expect(name).toBe('Piräten.project.zip')
  const storage = memoryStorage()
  const shelf = keepShelf({ storage, tabs })
  expect(valueOf(await shelf.openProject(fileOf(zip), quiet))).toEqual({ ...(await from.storage.runs.get('run-1')), status: 'stopped' })
  for (const at of ['events'] as const) expect(await storage.runs[at]('run-1')).toEqual(await from.storage.runs[at]('run-1'))
  expect(await storage.inputs.load('run-1')).toEqual(await from.storage.inputs.load('run-1'))
  expect(await storage.adapters.load('run-1')).toEqual(await from.storage.adapters.load('run-1'))
  expect(await storage.checkpoints.load('run-1')).toEqual(await from.storage.checkpoints.load('run-1'))
  const again = await shelf.openProject(fileOf(zip), quiet)
  expect(again.ok ? '' : again.failure.message).toBe('The run “Piräten” of this project is here already.')
})

it('goes without its data where only the hash is wanted', async () => {
  const { shelf } = await scene()
  const { zip } = valueOf(await shelf.exportProject('run-1', false))
  expect([...(await unzip(zip)).keys()].filter((path) => path.startsWith('data/'))).toEqual([])
})

it('refuses a project of which a byte has changed, and keeps nothing of it', async () => {
  const { shelf } = await scene()
  const { zip } = valueOf(await shelf.exportProject('run-1', true))
  const bytes = new Uint8Array(await zip.arrayBuffer())
  const at = new TextDecoder('latin1').decode(bytes).indexOf('{"a":1}')
  bytes[at + 5] = 0x32
  const storage = memoryStorage()
  const result = await keepShelf({ storage, tabs }).openProject(fileOf(new Blob([bytes])), quiet)
  expect(result.ok ? '' : result.failure.message).toMatch(/^The zip archive is damaged: "data\/train" is not what was packed\.$/)
  expect(await storage.runs.list()).toEqual([])
})

it('says what takes room, and forgets checkpoints alone', async () => {
  const { storage, shelf } = await scene()
  expect(valueOf(await shelf.storageUse())).toMatchObject({ runs: [{ id: 'run-1', checkpoints: 3, adapter: 3, data: 9 }], shelf: [], models: 0 })
  valueOf(await shelf.dropCheckpoints('run-1'))
  expect(valueOf(await shelf.storageUse()).runs).toEqual([{ id: 'run-1', checkpoints: 0, adapter: 3, data: 9 }])
  expect(await storage.checkpoints.load('run-1')).toBeUndefined()
  expect(await storage.runs.get('run-1')).not.toHaveProperty('checkpointStep')
  expect(await storage.sweep()).toBe(0)
})
