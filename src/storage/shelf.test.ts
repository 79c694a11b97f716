import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StoredAdapter } from '../protocol/adapters.ts'
import { localLocks } from './locks.ts'
import { memoryFiles } from './memoryFiles.ts'
import { memoryRecords } from './memoryRecords.ts'
import { memoryStorage } from './memoryStorage.ts'
import { nodeStorage } from './nodeStorage.ts'
import { quota } from './quota.ts'
import { createStorage, type Storage } from './storage.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tunesmith-shelf-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const adapter = (id: string, createdAt = 1): StoredAdapter => ({
  id,
  name: `the ${id}`,
  kind: 'loaded',
  createdAt,
  methods: ['LoRA'],
  rank: 4,
  base: { id: 'starter' },
  trainableParameters: 12,
  bytes: 48,
  mixable: true,
  isLora: true,
})
const parts = new Map([
  ['adapter_config.json', Uint8Array.of(1, 2)],
  ['2-lora/adapter_model.safetensors', Uint8Array.of(3, 4, 5)],
])

const kinds: [string, () => Storage][] = [
  ['memory', memoryStorage],
  ['a folder', () => nodeStorage(join(folder, 'kept'))],
]
describe.each(kinds)('the shelf in %s', (_, create) => {
  it('keeps adapters with their files, newest first, renames and deletes them', async () => {
    const storage = create()
    await storage.shelf.save(adapter('a', 1), parts)
    await storage.shelf.save(adapter('b', 2), parts)
    await storage.shelf.rename('a', 'another')
    await storage.shelf.rename('nobody', 'x')
    expect((await storage.shelf.list()).map((a) => [a.id, a.name])).toEqual([
      ['b', 'the b'],
      ['a', 'another'],
    ])
    expect(await storage.adapters.load('a')).toEqual(parts)
    const opened = (await storage.adapters.open('a'))!
    const source = opened.get('2-lora/adapter_model.safetensors')!
    expect([source.name, source.size, await source.read(1, 3)]).toEqual(['2-lora/adapter_model.safetensors', 3, Uint8Array.of(4, 5)])
    expect(await storage.sweep()).toBe(0)
    await storage.shelf.delete('a')
    expect([await storage.shelf.get('a'), await storage.adapters.load('a'), await storage.adapters.open('a')]).toEqual([undefined, undefined, undefined])
    expect(await storage.adapters.load('b')).toEqual(parts)
    await expect(storage.shelf.save(adapter('../x'), parts)).rejects.toMatchObject({ code: 'storage' })
    await storage.close()
  })
})

it('a folder keeps the shelf when the process ends', async () => {
  const first = nodeStorage(join(folder, 'again'))
  await first.shelf.save(adapter('a'), parts)
  await first.close()
  const second = nodeStorage(join(folder, 'again'))
  expect(await second.shelf.get('a')).toEqual(adapter('a'))
  expect(await second.adapters.load('a')).toEqual(parts)
  await second.close()
})

it('files that a crash left without their record are swept, whole ones are not', async () => {
  const bytes = new Map<string, Uint8Array>()
  const records = memoryRecords()
  const open = (write = records.write): Storage =>
    createStorage({ files: memoryFiles(bytes), records: { ...records, write }, locks: localLocks(), quota: quota(() => Promise.resolve({ usedBytes: 0, freeBytes: 1e9, persisted: false })) })
  await open().shelf.save(adapter('a'), parts)
  const whole = bytes.size
  await expect(
    open(() => Promise.reject(new DOMException('made to fail', 'QuotaExceededError'))).shelf.save(adapter('b'), parts),
  ).rejects.toMatchObject({ code: 'storage', message: 'The adapter (5 bytes) could not be stored or read: there is no room left.' })
  expect(await open().shelf.get('b')).toBeUndefined()
  expect(bytes.size).toBe(whole + parts.size)
  expect(await open().sweep()).toBe(1)
  expect(bytes.size).toBe(whole)
  expect(await open().adapters.load('a')).toEqual(parts)
})
