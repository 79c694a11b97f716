// What every storage promises, for the two that run in Node; e2e/storage.spec.ts holds the browser's to the same.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunEvent } from '../protocol/event.ts'
import { defaultRecipe } from '../protocol/recipe.ts'
import type { RunRecord } from '../protocol/studio.ts'
import { localLocks } from './locks.ts'
import { memoryFiles } from './memoryFiles.ts'
import { memoryRecords } from './memoryRecords.ts'
import { memoryStorage } from './memoryStorage.ts'
import { nodeRecords } from './nodeRecords.ts'
import { nodeStorage } from './nodeStorage.ts'
import { quota } from './quota.ts'
import { createStorage, type Storage } from './storage.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tunesmith-storage-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const run = (id: string, createdAt = 1): RunRecord => ({
  id,
  recipe: defaultRecipe(),
  createdAt,
  status: 'running',
  step: 0,
  hasAdapter: false,
})
const parts = (...bytes: number[]): Map<string, Uint8Array> =>
  new Map([
    ['state.json', new TextEncoder().encode(JSON.stringify(bytes))],
    ['trainables.bin', Uint8Array.from(bytes)],
  ])
const step = (n: number): RunEvent => ({
  type: 'step',
  step: n,
  steps: 9,
  loss: 1 / n,
  learningRate: 1e-3,
  gradNorm: 1,
  tokens: 8,
  trainedTokens: 4,
  ms: 5,
})

let stores = 0
const kinds: [string, () => Storage][] = [
  ['memory', memoryStorage],
  ['a folder', () => nodeStorage(join(folder, String(stores++)))],
]
describe.each(kinds)('storage in %s', (_, create) => {
  it('keeps runs, newest first, and changes only the fields it is told to', async () => {
    const { runs, close } = create()
    await runs.put(run('a', 1))
    await runs.put(run('b', 2))
    await runs.update('a', { step: 7, status: 'paused' })
    await runs.update('nobody', { step: 7 })
    expect((await runs.list()).map(({ id }) => id)).toEqual(['b', 'a'])
    expect(await runs.get('a')).toEqual({ ...run('a', 1), step: 7, status: 'paused' })
    expect(await runs.get('nobody')).toBeUndefined()
    await close()
  })

  it('appends events and forgets those after a step', async () => {
    const { runs, close } = create()
    await runs.appendEvents('a', [step(1), step(2)])
    await runs.appendEvents('a', [])
    await runs.appendEvents('ab', [step(9)])
    await runs.appendEvents('a', [
      { type: 'checkpoint', step: 2, bytes: 3 },
      step(3),
      { type: 'validation', step: 3, loss: 1, tokens: 2 },
    ])
    await runs.appendEvents('a', [step(4)])
    expect(await runs.events('a')).toHaveLength(6)
    await runs.dropEventsAfter('a', 2)
    expect(await runs.events('a')).toEqual([step(1), step(2), { type: 'checkpoint', step: 2, bytes: 3 }])
    await runs.appendEvents('a', [step(3)])
    expect((await runs.events('a')).at(-1)).toEqual(step(3))
    expect(await runs.events('ab')).toEqual([step(9)])
    await close()
  })

  it('forgets checkpoints whose values turned out to be bad, unless none would be left', async () => {
    const { checkpoints, runs, close } = create()
    await runs.put(run('a'))
    expect(await checkpoints.forgetFrom('a', 1)).toBeUndefined()
    for (const n of [1, 2]) await checkpoints.save('a', n, parts(n, n))
    expect(await checkpoints.forgetFrom('a', 3)).toBe(2)
    expect(await checkpoints.forgetFrom('a', 1)).toBeUndefined()
    expect(await checkpoints.steps('a')).toEqual([2, 1])
    expect(await checkpoints.forgetFrom('a', 2)).toBe(1)
    expect(await checkpoints.steps('a')).toEqual([1])
    expect((await checkpoints.load('a'))?.parts).toEqual(parts(1, 1))
    expect((await runs.get('a'))?.checkpointStep).toBe(1)
    await close()
  })

  it('keeps the last two checkpoints and answers the newest', async () => {
    const { checkpoints, runs, close } = create()
    await runs.put(run('a'))
    expect(await checkpoints.load('a')).toBeUndefined()
    for (const n of [1, 2, 3]) await checkpoints.save('a', n, parts(n, n))
    expect(await checkpoints.steps('a')).toEqual([3, 2])
    expect(await checkpoints.load('a')).toEqual({ step: 3, parts: parts(3, 3), passedOver: [] })
    expect((await runs.get('a'))?.checkpointStep).toBe(3)
    await close()
  })

  it('replaces an adapter and deletes a run with everything of it', async () => {
    const { adapters, checkpoints, runs, sweep, close } = create()
    await runs.put(run('a'))
    await adapters.save('a', parts(1))
    await adapters.save('a', parts(2))
    await checkpoints.save('a', 1, parts(1))
    await runs.appendEvents('a', [step(1)])
    expect(await adapters.load('a')).toEqual(parts(2))
    expect((await runs.get('a'))?.hasAdapter).toBe(true)
    await runs.delete('a')
    expect([await runs.get('a'), await adapters.load('a'), await checkpoints.load('a'), await runs.events('a')]).toEqual([
      undefined,
      undefined,
      undefined,
      [],
    ])
    expect(await sweep()).toBe(0)
    await close()
  })

  it('lets one owner at a run, and frees it when the task fails', async () => {
    const storage = create()
    await storage.withRunLock('a', async () => {
      expect(await storage.isHeld('a')).toBe(true)
      await expect(storage.withRunLock('a', async () => 1)).rejects.toThrow('open in another tab')
      expect(await storage.withRunLock('b', async () => 2)).toBe(2)
    })
    await expect(storage.withRunLock('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await storage.isHeld('a')).toBe(false)
    await storage.close()
  })

  it('refuses a name that leads out of its folder', async () => {
    const storage = create()
    for (const id of ['..', '../x', 'a/../../b', '', 'a\0b', '.'])
      await expect(storage.checkpoints.save(id, 1, parts(1)), id).rejects.toThrow('cannot be named')
    await storage.close()
  })
})

describe('a damaged store', () => {
  const open = (bytes: Map<string, Uint8Array>, records = memoryRecords(), freeBytes = Number.MAX_SAFE_INTEGER) =>
    createStorage({
      files: memoryFiles(bytes),
      records,
      locks: localLocks(),
      quota: quota(() => Promise.resolve({ usedBytes: 0, freeBytes, persisted: true })),
    })

  it('falls back one generation and says so, whatever happened to the newest', async () => {
    for (const harm of ['flip', 'cut', 'lose'] as const) {
      const bytes = new Map<string, Uint8Array>()
      const { checkpoints } = open(bytes)
      await checkpoints.save('a', 1, parts(1, 1, 1))
      await checkpoints.save('a', 2, parts(2, 2, 2))
      const newest = [...bytes.keys()].findLast((path) => path.endsWith('.bin')) ?? ''
      if (harm === 'lose') bytes.delete(newest)
      else bytes.set(newest, harm === 'cut' ? Uint8Array.of(2, 2) : Uint8Array.of(2, 3, 2))
      const loaded = await checkpoints.load('a')
      expect([loaded?.step, loaded?.parts.get('trainables.bin')]).toEqual([1, Uint8Array.of(1, 1, 1)])
      expect(loaded?.passedOver).toHaveLength(1)
      expect(loaded?.passedOver[0]).toContain('step 2 cannot be used: trainables.bin')
      // The damaged one does not count: the good one outlives the next save.
      await checkpoints.save('a', 2, parts(9))
      expect(await checkpoints.steps('a')).toEqual([2, 1])
      expect((await checkpoints.load('a'))?.parts).toEqual(parts(9))
      await checkpoints.save('a', 3, parts(3))
      expect(await checkpoints.steps('a')).toEqual([3, 2])
      expect((await checkpoints.load('a'))?.passedOver).toEqual([])
    }
  })

  it('says so when nothing is left', async () => {
    const bytes = new Map<string, Uint8Array>()
    const { checkpoints } = open(bytes)
    await checkpoints.save('a', 1, parts(1))
    bytes.clear()
    await expect(checkpoints.load('a')).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining('No checkpoint'),
    })
  })

  it('sweeps files without a pointer, but none of a run that has an owner', async () => {
    const bytes = new Map<string, Uint8Array>()
    const storage = open(bytes)
    await storage.checkpoints.save('a', 1, parts(1))
    const before = bytes.size
    for (const path of ['checkpoints/a/litter/x', 'checkpoints/gone/1/x', 'adapters/a/litter/x'])
      bytes.set(path, Uint8Array.of(1))
    await storage.withRunLock('a', async () => {
      expect(await storage.sweep()).toBe(1)
    })
    expect(await storage.sweep()).toBe(2)
    expect(bytes.size).toBe(before)
    expect((await storage.checkpoints.load('a'))?.step).toBe(1)
  })

  it('refuses what cannot fit, with the numbers, and keeps the last checkpoint', async () => {
    const bytes = new Map<string, Uint8Array>()
    const records = memoryRecords()
    await open(bytes, records).checkpoints.save('a', 1, parts(1))
    const full = open(bytes, records, 10)
    await expect(full.checkpoints.save('a', 2, new Map([['w', new Uint8Array(2_500_000)]]))).rejects.toMatchObject({
      code: 'storage',
      message: 'The checkpoint of step 2 needs 2.5 MB, and 10 bytes are free for this site. The one of step 1 is kept.',
    })
    expect((await full.checkpoints.load('a'))?.step).toBe(1)
  })
})

describe('records in a folder', () => {
  it('outlive the process, and a line torn by a crash is as if never written', async () => {
    const place = join(folder, 'torn')
    const first = nodeRecords(place)
    await first.write([{ table: 'runs', key: 'a', put: run('a') }])
    await first.write([{ table: 'runs', key: 'a', patch: { step: 3 } }])
    await first.close()
    const path = join(place, 'records.jsonl')
    await writeFile(path, `${await readFile(path, 'utf8')}[{"table":"runs","key":"b","pu`)
    const second = nodeRecords(place)
    expect(await second.all('runs')).toEqual([{ key: 'a', value: { ...run('a'), step: 3 } }])
    await second.write([{ table: 'runs', key: 'c', put: run('c') }])
    await second.close()
    const third = nodeRecords(place)
    expect((await third.all('runs')).map(({ key }) => key)).toEqual(['a', 'c'])
    await third.close()
  })

  it('refuse a second process', async () => {
    const place = join(folder, 'owned')
    const first = nodeRecords(place)
    await first.write([])
    await writeFile(join(place, 'owner'), String(process.ppid))
    await expect(nodeRecords(place).get('runs', 'a')).rejects.toThrow(`Process ${process.ppid} uses`)
    await writeFile(join(place, 'owner'), '999999999')
    expect(await nodeRecords(place).get('runs', 'a')).toBeUndefined()
  })
})
