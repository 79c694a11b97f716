// A dropped model is kept whole, under the hash of what was copied, or not at all.
import { expect, it } from 'vitest'
import { bytesSource, hashSource, type ByteSource } from '../files/byteSource.ts'
import { utf8 } from '../lib/bytes.ts'
import { Fault } from '../protocol/failure.ts'
import { keepModel } from './keepModel.ts'
import { localLocks } from './locks.ts'
import { memoryFiles } from './memoryFiles.ts'
import { memoryRecords } from './memoryRecords.ts'
import { quota } from './quota.ts'
import { createStorage } from './storage.ts'

const weights = Uint8Array.from({ length: 1005 }, (_, i) => i * i)
/** More files, so that there is a middle of both readings. */
const others = [1, 2, 3, 4].map((n) => [`model-${n}.safetensors`, bytesSource(weights.map((b) => b + n), `mine/model-${n}.safetensors`)] as const)
const folder = (source: ByteSource = bytesSource(weights, 'mine/model.safetensors')) => ({
  files: new Map([['config.json', bytesSource(utf8('{}'), 'mine/config.json')], ...others, ['model.safetensors', source]]),
  hash: (hashOf: (source: ByteSource) => Promise<string> = hashSource) => hashOf(source),
})
const all = { isCancelled: () => false, onProgress: () => undefined }
const room = () => {
  const bytes = new Map<string, Uint8Array>()
  const storage = createStorage({ files: memoryFiles(bytes), records: memoryRecords(), locks: localLocks(), quota: quota(() => Promise.resolve({ usedBytes: 0, freeBytes: 1e9, persisted: false })) })
  return { storage, left: async () => [await storage.library.list(), await storage.models.list(), bytes.size] }
}
const nothing = [[], [], 0]

it('copies what the model is read from, and answers for it from there on', async () => {
  const { storage } = room()
  const told: number[] = []
  const { id, sha256 } = await keepModel(storage, 'mine', folder(), { ...all, onProgress: (done, total) => void told.push(done / total) })
  expect(id).toBe(`folder/mine@${sha256}`)
  expect(told).toEqual(told.toSorted((a, b) => a - b))
  expect([told[0], told.at(-1)]).toEqual([0, 1])
  const kept = (await storage.library.open(id))!.files
  expect([...kept.keys()]).toEqual([...folder().files.keys()])
  expect(await hashSource(kept.get('model.safetensors')!)).toBe(await hashSource(bytesSource(weights, '')))
  // Again: it is there.
  expect(await keepModel(storage, 'mine', folder(), all)).toEqual({ id, sha256 })
})

it.each([0, 0.3, 0.5, 0.7, 0.99])('leaves nothing where it is cancelled after %f of both readings', async (part) => {
  const { storage, left } = room()
  let isCancelled = false
  const keeping = keepModel(storage, 'mine', folder(), { isCancelled: () => isCancelled, onProgress: (done, total) => void (isCancelled = done / total >= part) })
  await expect(keeping).rejects.toMatchObject({ code: 'cancelled' })
  expect(await left()).toEqual(nothing)
})

it('leaves nothing of a file that changes or goes between the readings', async () => {
  for (const then of [() => new Uint8Array(weights.length), () => { throw new Fault('bad-file', 'It is gone.', 'Open it again.') }]) {
    const { storage, left } = room()
    const real = bytesSource(weights, 'mine/model.safetensors')
    let readings = 0
    const changing: ByteSource = { ...real, stream: (...range) => (++readings === 1 ? real.stream(...range) : bytesSource(then(), 'x').stream(...range)) }
    await expect(keepModel(storage, 'mine', folder(changing), all)).rejects.toBeInstanceOf(Fault)
    expect(await left()).toEqual(nothing)
  }
})
