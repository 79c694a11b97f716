// Every storage operation of a run's life fails in turn, in every way a browser has. Whatever happens, the last checkpoint
// that was acknowledged, or a later one, still loads with exactly its bytes, and every failure is a sentence.
import { describe, expect, it } from 'vitest'
import { Fault } from '../protocol/failure.ts'
import type { FileStore } from './fileStore.ts'
import { localLocks } from './locks.ts'
import { memoryFiles } from './memoryFiles.ts'
import { emptyRows, memoryRecords } from './memoryRecords.ts'
import { quota } from './quota.ts'
import type { RecordStore } from './recordStore.ts'
import { createStorage, type Storage } from './storage.ts'

/** `before`: nothing happens. `half`: half of a write happens. `after`: it happens, and is
 * reported as failed. `silent`: the end of a write is lost, and it is reported as done. */
type When = 'before' | 'half' | 'after' | 'silent'
interface Plan {
  /** Which operation fails, counted from 1. */
  readonly at: number
  readonly when: When
  readonly error: string
  /** Everything after fails too, as in a crash. */
  readonly forever: boolean
}

class Saboteur {
  count = 0
  readonly plan: Plan
  constructor(plan: Plan) {
    this.plan = plan
  }
  async run<T>(task: () => Promise<T>, half?: () => Promise<T>): Promise<T> {
    this.count += 1
    const { at, when, error, forever } = this.plan
    const hit = this.count === at
    if (!hit && !(forever && this.count > at)) return task()
    if (hit && when === 'after') await task()
    if (hit && when === 'silent') return (half ?? task)()
    if (hit && when === 'half') await half?.()
    throw new DOMException('made to fail', error)
  }
}

const sabotagedFiles = (files: FileStore, by: Saboteur): FileStore => ({
  writer: (path, mode) =>
    by.run(async () => {
      const writer = await files.writer(path, mode)
      return {
        get bytes() {
          return writer.bytes
        },
        write: (chunk) =>
          by.run(
            () => writer.write(chunk),
            () => writer.write(by.plan.when === 'silent' ? chunk.map((b, i) => (i < 20 ? b : 0)) : chunk.subarray(0, 20)),
          ),
        close: () => by.run(() => writer.close()),
      }
    }),
  source: (path) =>
    by.run(async () => {
      const source = await files.source(path)
      return source && { ...source, read: (start, end) => by.run(() => source.read(start, end)) }
    }),
  remove: (path) => by.run(() => files.remove(path)),
  list: (folder) => by.run(() => files.list(folder)),
})

const sabotagedRecords = (records: RecordStore, by: Saboteur): RecordStore => ({
  get: (table, key) => by.run(() => records.get(table, key)),
  all: (table, prefix) => by.run(() => records.all(table, prefix)),
  write: (changes) => by.run(() => records.write(changes)),
  close: () => records.close(),
})

const parts = (step: number): Map<string, Uint8Array> =>
  new Map([
    ['optimizer.bin', Uint8Array.from({ length: 50 }, (_, i) => i * step)],
    ['trainables.bin', Uint8Array.from({ length: 31 }, (_, i) => i + step)],
  ])

async function attempt(task: () => Promise<unknown>): Promise<boolean> {
  try {
    await task()
    return true
  } catch (error) {
    expect(error).toBeInstanceOf(Fault)
    expect(error).toMatchObject({ code: 'storage', message: expect.stringMatching(/\.$/), hint: expect.stringMatching(/\.$/) })
    return false
  }
}

/** A life with a failure in it, then a reload; answers whether the failure was reached. */
async function live(plan: Plan): Promise<boolean> {
  const bytes = new Map<string, Uint8Array>()
  const rows = emptyRows()
  const open = (by?: Saboteur): Storage =>
    createStorage({
      files: by ? sabotagedFiles(memoryFiles(bytes), by) : memoryFiles(bytes),
      records: by ? sabotagedRecords(memoryRecords(rows), by) : memoryRecords(rows),
      locks: localLocks(),
      quota: quota(() => Promise.resolve({ usedBytes: 0, freeBytes: 1e9, persisted: true })),
    })
  await open().checkpoints.save('a', 1, parts(1))

  const by = new Saboteur(plan)
  const unlucky = open(by)
  let acknowledged = 1
  for (const step of [2, 3, 4]) {
    if (await attempt(() => unlucky.checkpoints.save('a', step, parts(step)))) acknowledged = step
    // Loading now must answer no older one either, unless reading is what fails.
    await attempt(async () => {
      const loaded = await unlucky.checkpoints.load('a')
      if (loaded?.passedOver.length === 0) expect(loaded.step).toBeGreaterThanOrEqual(acknowledged)
      if (loaded) expect(loaded.parts).toEqual(parts(loaded.step))
    })
  }
  await attempt(() => unlucky.sweep())

  for (const reload of [1, 2]) {
    const after = open()
    const loaded = await after.checkpoints.load('a')
    expect(loaded?.step, `after reload ${reload} with ${JSON.stringify(plan)}`).toBeGreaterThanOrEqual(acknowledged)
    expect(loaded?.parts).toEqual(parts(loaded?.step ?? 0))
    expect(loaded?.passedOver).toEqual([])
    await after.sweep()
  }
  // Nothing but the pointed-to generations is left, and the run can go on.
  const after = open()
  const folders = new Set([...bytes.keys()].map((path) => path.split('/').slice(0, 3).join('/')))
  expect(folders.size).toBe((await after.checkpoints.steps('a')).length)
  await after.checkpoints.save('a', 5, parts(5))
  expect((await after.checkpoints.load('a'))?.step).toBe(5)
  expect((await after.checkpoints.steps('a')).length).toBe(2)
  return by.count >= plan.at
}

const errors = ['QuotaExceededError', 'AbortError', 'InvalidStateError', 'UnknownError', 'NotReadableError']

describe.each<When>(['before', 'half', 'after', 'silent'])('the n-th operation fails, %s', (when) => {
  it.each([
    ['once', false],
    ['and all after it', true],
  ])('%s', async (_, forever) => {
    for (const error of errors) {
      let at = 1
      while (await live({ at, when, error, forever })) at += 1
      expect(at).toBeGreaterThan(30)
    }
  })
})
