// A download that is cut at every chunk, answered wrongly, or damaged on the way: it resumes where it can, starts again
// where it must, and never marks a wrong file as ready.
import { describe, expect, it } from 'vitest'
import { sha256 } from '../lib/sha256.ts'
import { memoryFiles } from './memoryFiles.ts'
import { memoryRecords } from './memoryRecords.ts'
import { modelCache, type ModelFile, type OpenFrom } from './modelCache.ts'
import { quota } from './quota.ts'

const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i * 13)
const file: ModelFile = { id: 'https://example.com/model.safetensors', version: 'v1', bytes: 1000, sha256: sha256(bytes) }
const CHUNK = 100

function make(freeBytes = 1e9) {
  const stored = new Map<string, Uint8Array>()
  const room = quota(() => Promise.resolve({ usedBytes: 0, freeBytes, persisted: true }))
  return { stored, models: modelCache(memoryFiles(stored), memoryRecords(), room) }
}

/** A server; `cutAfter` chunks the connection breaks. */
function server(content = bytes, options: { cutAfter?: number; ranges?: boolean } = {}) {
  const asked: number[] = []
  const open: OpenFrom = async (from) => {
    asked.push(from)
    const start = options.ranges === false ? 0 : from
    return {
      start,
      chunks: (async function* () {
        let sent = 0
        for (let at = start; at < content.length; at += CHUNK) {
          if (sent++ === options.cutAfter) throw new Error('cut')
          yield content.slice(at, at + CHUNK)
        }
      })(),
    }
  }
  return { asked, open }
}

async function contents(models: ReturnType<typeof make>['models']): Promise<Uint8Array | undefined> {
  const source = await models.open(file.id)
  return source?.read(0, source.size)
}

describe('the model cache', () => {
  it('goes on where a cut download stopped, for a cut after every chunk', async () => {
    for (let cut = 0; cut < 10; cut++) {
      const { models } = make()
      const progress: number[] = []
      await expect(models.fetch(file, server(bytes, { cutAfter: cut }).open)).rejects.toThrow('could not be stored or read')
      expect(await models.open(file.id)).toBeUndefined()
      expect(await models.list()).toEqual([{ id: file.id, bytes: 1000, complete: false }])
      const second = server()
      await models.fetch(file, second.open, (done) => progress.push(done))
      expect(second.asked).toEqual([cut * CHUNK])
      expect([progress[0], progress.at(-1)]).toEqual([cut * CHUNK, 1000])
      expect(await contents(models)).toEqual(bytes)
      const third = server()
      await models.fetch(file, third.open)
      expect(third.asked).toEqual([])
    }
  })

  it('starts again where the server ignores ranges, and where the upload has changed', async () => {
    const { models } = make()
    await models.fetch(file, server(bytes, { cutAfter: 4 }).open).catch(() => undefined)
    const whole = server(bytes, { ranges: false })
    await models.fetch(file, whole.open)
    expect(whole.asked).toEqual([400])
    expect(await contents(models)).toEqual(bytes)
    const next = bytes.map((b) => b + 1)
    const fresh = server(next)
    await models.fetch({ ...file, version: 'v2', sha256: sha256(next) }, fresh.open)
    expect(fresh.asked).toEqual([0])
    expect(await contents(models)).toEqual(next)
  })

  it('never marks damage, a short or a long file as ready, and throws it away', async () => {
    const flipped = bytes.slice()
    flipped[777] = 1
    for (const content of [flipped, bytes.slice(0, 950), Uint8Array.of(...bytes, 1)]) {
      const { models } = make()
      await expect(models.fetch(file, server(content).open)).rejects.toMatchObject({ code: 'network' })
      expect(await models.open(file.id)).toBeUndefined()
      await models.fetch(file, server(content).open).catch(() => undefined)
      await models.fetch(file, server().open)
      expect(await contents(models)).toEqual(bytes)
    }
  })

  it('notices a cleared file, refuses what cannot fit, and deletes', async () => {
    const { models, stored } = make()
    await models.fetch(file, server().open)
    stored.clear()
    expect(await models.open(file.id)).toBeUndefined()
    await models.fetch(file, server().open)
    await models.delete(file.id)
    expect([stored.size, await models.list()]).toEqual([0, []])
    await expect(make(999).models.fetch(file, server().open)).rejects.toThrow('needs 1.0 kB, and 999 bytes are free')
  })
})
