// The real browser storage, with a few deeds that tests need: checkpoints whose bytes follow from their step, so that a
// reader can tell whether they are right, and harm done behind the storage's back.
import * as Comlink from 'comlink'
import { toFailure, type Failure } from '../../src/protocol/failure.ts'
import { browserStorage } from '../../src/storage/browserStorage.ts'
import { rangeRequest } from '../../src/storage/rangeRequest.ts'

const storage = browserStorage('probe')

const fill = (step: number, bytes: number): Uint8Array => {
  const out = new Uint8Array(bytes)
  for (let i = 0; i < bytes; i++) out[i] = (i * 31 + step * 7) % 251
  return out
}

const outcome = async <T>(task: () => Promise<T>): Promise<{ value: T } | { failure: Failure }> => {
  try {
    return { value: await task() }
  } catch (error) {
    return { failure: toFailure(error) }
  }
}

const probe = {
  save: (run: string, step: number, bytes: number) =>
    outcome(() =>
      storage.checkpoints.save(
        run,
        step,
        new Map([
          ['trainables.bin', fill(step, bytes)],
          ['moments.bin', fill(step + 1, bytes)],
        ]),
      ),
    ),

  /** Saves one after another until the page dies; acknowledged steps are told as they happen. */
  async saveForever(run: string, first: number, bytes: number, acknowledged: (step: number) => void): Promise<void> {
    for (let step = first; ; step++) {
      const { checkpoints } = storage
      await checkpoints.save(
        run,
        step,
        new Map([
          ['trainables.bin', fill(step, bytes)],
          ['moments.bin', fill(step + 1, bytes)],
        ]),
      )
      acknowledged(step)
    }
  },

  load: (run: string) =>
    outcome(async () => {
      const loaded = await storage.checkpoints.load(run)
      if (!loaded) return undefined
      const intact = [...loaded.parts].every(([name, bytes]) => {
        const want = fill(loaded.step + (name === 'moments.bin' ? 1 : 0), bytes.length)
        return want.every((b, i) => b === bytes[i])
      })
      return { step: loaded.step, names: [...loaded.parts.keys()], intact, passedOver: loaded.passedOver }
    }),

  /** Flips one byte of a stored file of the newest generation. */
  async damage(run: string): Promise<void> {
    const top = await (await navigator.storage.getDirectory()).getDirectoryHandle('probe')
    const folder = await (await top.getDirectoryHandle('checkpoints')).getDirectoryHandle(run)
    const names: string[] = []
    for await (const name of folder.keys()) names.push(name)
    const newest = await folder.getDirectoryHandle(names.toSorted().at(-1) ?? '')
    const writable = await (await newest.getFileHandle('trainables.bin')).createWritable({ keepExistingData: true })
    await writable.write({ type: 'write', position: 100, data: Uint8Array.of(255) })
    await writable.close()
  },

  async litter(run: string): Promise<void> {
    let folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('probe', { create: true })
    for (const name of ['checkpoints', run, 'litter']) folder = await folder.getDirectoryHandle(name, { create: true })
    await folder.getFileHandle('x', { create: true })
  },
  sweep: () => outcome(() => storage.sweep()),
  steps: (run: string) => outcome(() => storage.checkpoints.steps(run)),

  /** Holds the run's lock until the page ends. */
  async hold(run: string): Promise<'held' | Failure> {
    let resolve: (value: 'held') => void = () => undefined
    const held = new Promise<'held'>((done) => {
      resolve = done
    })
    const ended = storage.withRunLock(run, () => {
      resolve('held')
      return new Promise<never>(() => undefined)
    })
    return Promise.race([held, ended.catch(toFailure)])
  },
  isHeld: (run: string) => storage.isHeld(run),

  async events(run: string): Promise<unknown> {
    await storage.runs.appendEvents(run, [{ type: 'checkpoint', step: 1, bytes: 1 }])
    await storage.runs.appendEvents(run, [{ type: 'checkpoint', step: 2, bytes: 1 }])
    return outcome(() => storage.runs.events(run))
  },

  /** Fetches the file, breaking off after `cut` bytes when given. */
  fetchModel: (url: string, bytes: number, cut?: number) =>
    outcome(async () => {
      const from = rangeRequest(url)
      const starts: number[] = []
      const source = await storage.models.fetch({ id: url, version: '1', bytes }, async (at) => {
        const { start, chunks } = await from(at)
        starts.push(start)
        return {
          start,
          chunks: (async function* () {
            // How the network cuts a file into chunks is chance.
            let left = cut ?? Number.POSITIVE_INFINITY
            for await (const chunk of chunks) {
              if (chunk.byteLength >= left) {
                yield chunk.subarray(0, left)
                throw new Error('cut')
              }
              left -= chunk.byteLength
              yield chunk
            }
          })(),
        }
      })
      const digest = await crypto.subtle.digest('SHA-256', await source.read(0, source.size))
      return {
        starts,
        size: source.size,
        sha256: Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, '0')).join(''),
      }
    }),
  room: () => storage.quota.estimate(),

  /** Puts an adapter on the shelf when it is given a name; answers the runs and what the shelf holds, with the files' bytes. */
  shelf: (name?: string) =>
    outcome(async () => {
      const about = { kind: 'loaded', createdAt: 1, methods: ['LoRA'], base: { id: 'b' }, trainableParameters: 1, bytes: 9, mixable: true, isLora: true } as const
      if (name !== undefined) await storage.shelf.save({ ...about, id: name, name }, new Map([['1-lora/adapter_config.json', fill(3, 9)]]))
      const shelf: [string, number[]][] = []
      for (const { id } of await storage.shelf.list()) {
        const files = await storage.adapters.load(id)
        shelf.push([id, [...(files?.get('1-lora/adapter_config.json') ?? [])]])
      }
      return { runs: (await storage.runs.list()).map((run) => run.id), shelf }
    }),
}

export type StorageProbe = typeof probe
Comlink.expose(probe)
