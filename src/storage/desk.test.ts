// Chosen files are there on the next visit, and go when nobody reads from them any more.
import { expect, it } from 'vitest'
import { bytesSource } from '../files/byteSource.ts'
import { fromUtf8, utf8 } from '../lib/bytes.ts'
import { localLocks } from './locks.ts'
import { memoryFiles } from './memoryFiles.ts'
import { memoryRecords } from './memoryRecords.ts'
import { quota } from './quota.ts'
import { createStorage } from './storage.ts'

it('keeps what was chosen last, whatever tabs still read, and nothing else', async () => {
  const [files, records] = [memoryFiles(), memoryRecords()]
  /** One tab: its own locks, as if all others had been closed. */
  const visit = (freeBytes = 1e9, locks = localLocks()) => createStorage({ files, records, locks, quota: quota(async () => ({ usedBytes: 0, freeBytes, persisted: false })) })
  const chosen = (text: string) => ({ part: 'train', path: `data/${text}.jsonl`, source: bytesSource(utf8(text), text) }) as const
  const kept = async () => (await records.all('inputs')).map(({ key }) => key)
  const text = async (storage: ReturnType<typeof visit>, name: string) => Promise.all((await storage.desk.open(name)).map(async ({ part, path, task, source }) => [part, path, task, fromUtf8(await source.read(0, source.size))]))

  const first = visit()
  const one = await first.desk.keep([chosen('one'), { ...chosen('two'), part: 'test', task: 'verse' }])
  const two = await first.desk.keep([chosen('three')])
  expect(await kept()).toEqual([one, two].toSorted())
  expect(await text(first, one)).toEqual([['train', 'data/one.jsonl', undefined, 'one'], ['test', 'data/two.jsonl', 'verse', 'two']])
  expect((await first.use()).desk).toBeGreaterThan('onetwothree'.length)

  const second = visit()
  await second.sweep()
  expect(await text(second, two)).toEqual([['train', 'data/three.jsonl', undefined, 'three']])
  const three = await second.desk.keep([chosen('four')])
  expect(await kept()).toEqual([two, three].toSorted())
  expect(await text(second, one)).toEqual([])
  expect(await files.list(`inputs/${one}`)).toEqual([])

  await expect(visit(3).desk.keep([chosen('four')])).rejects.toThrow('The chosen data needs 4 bytes, and 3 bytes are free')
  expect(await text(visit(), 'desk-none')).toEqual([])
  expect(await text(visit(), '../runs')).toEqual([])
})
