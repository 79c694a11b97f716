// A Hub on its good and its bad days: cuts, damage, wrong sizes, expired addresses, changed uploads, busy answers, tokens. No file
// that is not what the Hub names is ever ready, and what has arrived is not fetched twice.
import { createHash, randomBytes as random } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { utf8 } from '../lib/bytes.ts'
import { uniform } from '../lib/rng.ts'
import { Fault } from '../protocol/failure.ts'
import type { HubProgress, HubRequest } from '../protocol/models.ts'
import type { HubOptions } from './hubConnection.ts'
import { fetchHubModel } from './hubModel.ts'
import { localLocks } from './locks.ts'
import { memoryFiles } from './memoryFiles.ts'
import { memoryRecords } from './memoryRecords.ts'
import { memoryStorage } from './memoryStorage.ts'
import { createStorage, type Storage } from './storage.ts'
import { startTestHub, TOKEN, type TestHub, type TestModel } from './testHub.ts'

const CHUNK = 10_000
const commit = createHash('sha1').update('a commit').digest('hex')
const randomBytes = (n: number): Uint8Array => Uint8Array.from(random(n))
const weights = randomBytes(45_678)
const json = (value: unknown): Uint8Array => utf8(JSON.stringify(value))
const small = { 'config.json': json({ model_type: 'llama' }), 'tokenizer.json': json({ version: '1.0' }), 'tokenizer_config.json': json({}), 'README.md': utf8('# A card') }
const plain: TestModel = { commit, files: new Map(Object.entries({ ...small, 'model.safetensors': weights })), branches: { 'refs/pr/1': commit } }
const id = `hub/org/name@${commit}`
const needed = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'README.md', 'model.safetensors']

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
})
afterAll(() => hub.close())
beforeEach(() => {
  hub.models.clear()
  hub.models.set('org/name', plain)
  hub.asked.length = 0
  hub.sent.length = 0
  hub.weather = {}
})

interface Fetching extends Partial<HubRequest> {
  readonly storage?: Storage
  readonly options?: Partial<HubOptions>
  readonly onProgress?: (progress: HubProgress) => void
  readonly check?: (type: string) => Promise<void>
}
/** Waits are noted instead of waited for. */
const waits: number[] = []
async function get({ storage = memoryStorage(), options, onProgress = () => undefined, check = async () => undefined, ...request }: Fetching = {}): Promise<{ id: string; storage: Storage }> {
  waits.length = 0
  const sleep = async (ms: number): Promise<void> => void waits.push(ms / 1000)
  const settings = { endpoint: hub.endpoint, chunkBytes: CHUNK, sleep, ...options }
  return { id: await fetchHubModel(storage, { repo: 'org/name', ...request }, settings, { onProgress, check }), storage }
}
const fault = async (work: Promise<unknown>): Promise<Fault> => {
  const error = await work.then(() => undefined, (e: unknown) => e)
  expect(error).toBeInstanceOf(Fault)
  expect(error).toMatchObject({ message: expect.stringMatching(/\.$/), hint: expect.stringMatching(/\.$/) })
  return error as Fault
}
async function contents(storage: Storage, model = id): Promise<Record<string, Uint8Array> | undefined> {
  const opened = await storage.library.open(model)
  if (!opened) return undefined
  const read = [...opened.files].map(async ([path, source]) => [path, await source.read(0, source.size)] as const)
  return Object.fromEntries(await Promise.all(read))
}
const whole = Object.fromEntries(needed.map((path) => [path, plain.files.get(path)]))
const of = (path: string): number[] => hub.sent.filter((s) => s.path === path).map((s) => s.start)
const bytesOf = (path: string): number => hub.sent.filter((s) => s.path === path).reduce((n, s) => n + s.bytes, 0)

describe('a good day', () => {
  it('fetches what is needed in ranges, pinned to the commit, and then nothing more', async () => {
    const progress: HubProgress[] = []
    const checked: string[] = []
    const { storage, id: got } = await get({ onProgress: (p) => progress.push(p), check: async (type) => void checked.push(type) })
    expect([got, checked]).toEqual([id, ['llama']])
    expect(await contents(storage)).toEqual(whole)
    expect(of('model.safetensors')).toEqual([0, 10_000, 20_000, 30_000, 40_000])
    // After the first redirect the file host is asked directly.
    expect(hub.asked.filter((a) => a.host === 'hub').map((a) => a.path)).toEqual(['/api/models/org/name', ...needed.map((path) => `/org/name/resolve/${commit}/${path}`)])
    const total = needed.reduce((n, path) => n + (plain.files.get(path)?.length ?? 0), 0)
    expect(progress.at(-1)).toMatchObject({ doing: 'fetching', done: total, total })
    expect(progress.map((p) => p.done)).toEqual(progress.map((p) => p.done).toSorted((a, b) => a - b))
    expect(await storage.library.list()).toMatchObject([{ id, source: 'hub', name: 'org/name', commit, revision: 'main', bytes: total, arrived: total, complete: true }])
    hub.sent.length = 0
    await get({ storage, repo: `${hub.endpoint}/org/name/tree/refs%2Fpr%2F1` })
    expect(hub.sent).toEqual([])
    hub.asked.length = 0
    expect((await get({ storage, repo: `org/name@${commit}` })).id).toBe(id)
    expect(hub.asked).toEqual([])
  })

  it('takes the shards that the index names, and refuses before the weights what cannot be opened', async () => {
    const index = json({ weight_map: { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' } })
    const parts = { 'model-00001-of-00002.safetensors': randomBytes(100), 'model-00002-of-00002.safetensors': randomBytes(200) }
    hub.models.set('org/name', { commit, files: new Map(Object.entries({ ...small, ...parts, 'extra-00001-of-00001.safetensors': randomBytes(50), 'model.safetensors.index.json': index })) })
    const { storage } = await get()
    expect(Object.keys((await contents(storage)) ?? {})).toEqual(['config.json', 'tokenizer.json', 'tokenizer_config.json', 'README.md', 'model.safetensors.index.json', ...Object.keys(parts)])
    hub.sent.length = 0
    const refused = await fault(get({ check: () => Promise.reject(new Fault('bad-model', 'Not this type.', 'Another.')) }))
    expect([refused.message, hub.sent.map((s) => s.path)]).toEqual(['Not this type.', ['config.json']])
  })

  it('takes one GGUF file as a model of its own, with the card', async () => {
    const [one, two] = [randomBytes(30_000), randomBytes(20_000)]
    hub.models.set('org/name', { commit, files: new Map([['README.md', utf8('# A card')], ['q8/one.gguf', one], ['two.gguf', two]]) })
    expect((await fault(get())).message).toContain('it has 2 GGUF files: q8/one.gguf, two.gguf')
    const { id: made, storage } = await get({ repo: 'org/name/q8/one.gguf' })
    expect(made).toBe(`hub/org/name/q8/one.gguf@${commit}`)
    expect(await contents(storage, made)).toEqual({ 'README.md': utf8('# A card'), 'q8/one.gguf': one })
    expect((await storage.library.list()).map((m) => [m.name, m.complete])).toEqual([['org/name/q8/one.gguf', true]])
    // By its name and commit, as a recipe of its run has them, it is there without asking.
    hub.asked.length = 0
    expect((await get({ storage, repo: 'org/name/q8/one.gguf', revision: commit })).id).toBe(made)
    expect(hub.asked).toEqual([])
  })

  it('gives the token to the Hub alone, and only over a safe line', async () => {
    hub.models.set('org/name', { ...plain, gated: true })
    const { storage } = await get({ token: TOKEN })
    expect(await contents(storage)).toEqual(whole)
    const tokens = (host: string): Set<string | undefined> => new Set(hub.asked.filter((a) => a.host === host).map((a) => a.token))
    expect(tokens('hub')).toEqual(new Set([`Bearer ${TOKEN}`]))
    expect(hub.asked.filter((a) => a.host === 'cdn').length).toBe(5)
    expect(tokens('cdn')).toEqual(new Set([undefined]))
    expect((await fault(get({ token: TOKEN, options: { endpoint: 'http://example.com' } }))).message).toContain('others could read it on the way')
    expect((await fault(get({ token: 'hf_a b' }))).message).toContain('has spaces')
  })
})

describe('a bad day', () => {
  it('goes on where a connection was cut, at any byte of a range', async () => {
    for (const at of [0, 1, 4999, 9999]) {
      hub.sent.length = 0
      // The second answer with weights; three small files come before.
      hub.weather = { cut: () => (hub.sent.length === 4 ? at : undefined) }
      const { storage } = await get()
      expect(await contents(storage)).toEqual(whole)
      const [, , again] = of('model.safetensors')
      expect(again).toBeGreaterThanOrEqual(CHUNK)
      // What was on its way when the connection ended may be lost; nothing else is asked for again.
      expect(again).toBeLessThanOrEqual(CHUNK + at)
      expect(bytesOf('model.safetensors')).toBeLessThanOrEqual(weights.length + at)
      expect(waits).toEqual([1])
    }
  })

  it('arrives whole however often and wherever it is cut', async () => {
    let drawn = 0
    const chance = (): number => uniform(11, 0, drawn++)
    for (let round = 0; round < 4; round++) {
      hub.sent.length = 0
      hub.weather = { cut: () => (chance() < 0.4 ? Math.floor(chance() * CHUNK) : undefined) }
      const { storage } = await get()
      expect(await contents(storage)).toEqual(whole)
      expect(waits.length).toBeGreaterThan(0)
      expect(bytesOf('model.safetensors')).toBeLessThanOrEqual(weights.length + waits.length * CHUNK)
    }
  })

  it('resumes after the end of the program: what had arrived is not fetched again', async () => {
    const storage = memoryStorage()
    let answers = 0
    hub.weather = { cut: () => (++answers > 5 ? 1234 : undefined), status: () => (answers > 6 ? { status: 503 } : undefined) }
    expect((await fault(get({ storage }))).message).toMatch(/is not available \(it answered 503\)\.$/)
    expect(await contents(storage)).toBeUndefined()
    const [listed] = await storage.library.list()
    expect(listed).toMatchObject({ id, complete: false })
    expect(listed!.arrived).toBeGreaterThan(CHUNK)
    const arrived = await storage.models.arrived(`${id}/model.safetensors`)
    expect(arrived).toBeGreaterThan(CHUNK)
    hub.weather = {}
    hub.sent.length = 0
    await get({ storage })
    expect(await contents(storage)).toEqual(whole)
    expect(hub.sent[0]).toMatchObject({ path: 'model.safetensors', start: arrived })
    expect(bytesOf('model.safetensors')).toBe(weights.length - arrived)
  })

  it('asks for a new address when the signed one has expired', async () => {
    hub.weather = { uses: 2 }
    const { storage } = await get()
    expect(await contents(storage)).toEqual(whole)
    expect(bytesOf('model.safetensors')).toBe(weights.length)
    expect(hub.asked.filter((a) => a.path.endsWith('/model.safetensors')).length).toBe(3)
    expect(waits).toEqual([0, 0])
    hub.weather = { uses: 0 }
    expect((await fault(get())).message).toContain('refused model.safetensors (it answered 403)')
  })

  it.each(['config.json', 'model.safetensors'])('drops %s with one flipped bit and fetches it once more', async (path) => {
    const flip = (bytes: Uint8Array): Uint8Array => bytes.map((b, i) => (i === bytes.length - 3 ? b ^ 1 : b))
    const first = { left: path === 'config.json' ? 1 : 5 }
    hub.weather = { content: (name, bytes) => (name === path && first.left-- > 0 ? flip(bytes) : bytes) }
    const { storage } = await get()
    expect(await contents(storage)).toEqual(whole)
    expect(bytesOf(path)).toBe(2 * plain.files.get(path)!.length)
    hub.weather = { content: (name, bytes) => (name === path ? flip(bytes) : bytes) }
    const empty = memoryStorage()
    const damaged = await fault(get({ storage: empty }))
    expect(damaged.message).toMatch(new RegExp(`^${path} of org/name arrived damaged: expected `))
    expect(await contents(empty)).toBeUndefined()
    expect((await empty.library.list())[0]).toMatchObject({ complete: false })
    expect((await empty.models.list()).filter((f) => f.id.endsWith(path))).toMatchObject([{ complete: false }])
    expect(await empty.models.arrived(`${id}/${path}`)).toBe(0)
  })

  it.each([
    ['shorter', (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 7)],
    ['longer', (bytes: Uint8Array) => Uint8Array.of(...bytes, 1, 2, 3)],
    ['empty', () => new Uint8Array()],
  ])('never takes a %s file for the one that was announced', async (_, change) => {
    hub.weather = { content: (path, bytes) => (path === 'model.safetensors' ? change(bytes) : bytes) }
    const storage = memoryStorage()
    expect((await fault(get({ storage }))).message).toContain('arrived damaged')
    expect(await contents(storage)).toBeUndefined()
    hub.weather = {}
    await get({ storage })
    expect(await contents(storage)).toEqual(whole)
  })

  it('starts the file again when another upload shows under the same address', async () => {
    let asked = 0
    hub.weather = { tag: (path) => (path === 'model.safetensors' ? (++asked < 3 ? '"old"' : '"new"') : undefined), content: (path, bytes) => (path === 'model.safetensors' && asked < 2 ? bytes.map((b) => b + 1) : bytes) }
    const { storage } = await get()
    expect(await contents(storage)).toEqual(whole)
    expect(of('model.safetensors')).toEqual([0, 10_000, 20_000, 0, 10_000, 20_000, 30_000, 40_000])
  })

  it('manages where ranges are ignored', async () => {
    hub.weather = { whole: true }
    const { storage } = await get()
    expect(await contents(storage)).toEqual(whole)
    expect(of('model.safetensors')).toEqual([0])
    // Cut in the middle: all of it comes again, and only the rest of it counts.
    hub.sent.length = 0
    hub.weather = { whole: true, cut: () => (hub.sent.length === 4 ? 20_000 : undefined) }
    const second = await get()
    expect(await contents(second.storage)).toEqual(whole)
    expect(bytesOf('model.safetensors')).toBe(20_000 + weights.length)
  })

  it.each([
    ['429 with seconds', { status: 429, headers: { 'Retry-After': '7' } }, [7]],
    ['429 with the rate window', { status: 429, headers: { RateLimit: '"resolvers";r=0;t=42' } }, [42]],
    ['503 with nothing', { status: 503 }, [1]],
    ['502 with nothing', { status: 502 }, [1]],
  ])('waits as it is told: %s', async (_, bad, expected) => {
    for (const host of ['hub', 'cdn'] as const) {
      let left = 1
      const said: string[] = []
      hub.weather = { status: (_n, where) => (where === host && left-- > 0 ? bad : undefined) }
      const { storage } = await get({ onProgress: (p) => p.reason && said.push(p.reason) })
      expect(await contents(storage)).toEqual(whole)
      expect(waits).toEqual(expected)
      expect(said).toEqual([expect.stringMatching(/Trying again in \d+ s\.$/)])
    }
  })

  it('waits for a date, and not for a day', async () => {
    let left = 1
    hub.weather = { status: () => (left-- > 0 ? { status: 503, headers: { 'Retry-After': new Date(Date.now() + 30_000).toUTCString() } } : undefined) }
    await get()
    expect(waits[0]).toBeGreaterThan(25)
    expect(waits[0]).toBeLessThanOrEqual(30)
    hub.weather = { status: () => ({ status: 429, headers: { 'Retry-After': '86400' } }) }
    expect(await fault(get())).toMatchObject({ hint: 'Try again in 1440 minutes; what arrived is kept.' })
    expect(waits).toEqual([])
  })

  it('gives up after growing pauses, with a sentence', async () => {
    hub.weather = { status: () => ({ status: 500 }) }
    expect((await fault(get())).code).toBe('network')
    expect(waits).toEqual([1, 2, 4, 8, 16])
    const nobody = await fault(get({ options: { endpoint: 'http://127.0.0.1:9' } }))
    expect(nobody.message).toContain('cannot be reached')
  })

  it('cuts a connection that has gone silent, and asks again', async () => {
    let left = 1
    hub.weather = {
      get slow() {
        return left-- === 0 ? 400 : 0
      },
    }
    const { storage } = await get({ options: { stallMs: 150 } })
    expect(await contents(storage)).toEqual(whole)
    expect(waits.length).toBeGreaterThanOrEqual(1)
  })
})

describe('refusals', () => {
  it('each have their sentence', async () => {
    const refusal = async (request: Fetching): Promise<string> => (await fault(get(request))).message
    expect(await refusal({ repo: 'org/other' })).toContain('has no public model org/other')
    expect(await refusal({ repo: 'org/other', token: TOKEN })).toContain('no model org/other that this token may read')
    expect(await refusal({ revision: 'nothing' })).toBe('org/name has no revision “nothing”.')
    expect(await refusal({ token: 'hf_bad' })).toContain('does not know this access token')
    hub.models.set('org/name', { ...plain, gated: true })
    expect(await refusal({})).toContain('org/name is gated')
    hub.models.set('org/name', { commit, files: new Map(Object.entries({ ...small, 'pytorch_model.bin': weights })) })
    expect(await refusal({})).toContain('only PyTorch pickles')
    expect(hub.sent).toEqual([])
    expect(await refusal({ options: { endpoint: 'huggingface' } })).toContain('is no address of a Hub')
  })

  it('let a person cancel, and go on later', async () => {
    const storage = memoryStorage()
    const stop = new AbortController()
    hub.weather = { slow: 60 }
    const onProgress = ({ done }: HubProgress): void => void (done > 25_000 && stop.abort())
    expect(await fault(get({ storage, options: { signal: stop.signal }, onProgress }))).toMatchObject({ code: 'cancelled' })
    expect(await contents(storage)).toBeUndefined()
    const before = bytesOf('model.safetensors')
    expect(before).toBeLessThan(weights.length)
    hub.weather = {}
    await get({ storage })
    expect(await contents(storage)).toEqual(whole)
    // At most one range had been sent and not been kept.
    expect(bytesOf('model.safetensors')).toBeLessThanOrEqual(weights.length + CHUNK)
  })

  it('say before the weights that there is no room', async () => {
    const storage = memoryStorage()
    const full: Storage = { ...storage, quota: { ...storage.quota, require: (bytes, what) => Promise.reject(new Fault('storage', `${what} needs ${bytes}.`, 'Delete something.')) } }
    expect((await fault(get({ storage: full }))).message).toBe(`org/name needs ${weights.length}.`)
    expect(of('model.safetensors')).toEqual([])
  })
})

describe('the library', () => {
  it('finds damage that came later, names it, and lets it be fetched again', async () => {
    const { storage } = await get()
    const seen: number[] = []
    expect(await storage.library.verify(id, (done) => seen.push(done))).toEqual([])
    expect(seen.at(-1)).toBe(Object.values(whole).reduce((n, b) => n + b!.length, 0))
    // Behind the store's back, as a failing disk would.
    const bytes = new Map<string, Uint8Array>()
    const parts = { files: memoryFiles(bytes), records: memoryRecords(), locks: localLocks(), quota: storage.quota }
    const failing = createStorage(parts)
    await get({ storage: failing })
    const [path, good] = [...bytes].find(([, b]) => b.length === weights.length)!
    bytes.set(path, good.map((b, i) => (i === 999 ? b ^ 4 : b)))
    expect(await failing.library.verify(id)).toEqual(['model.safetensors'])
    expect(await contents(failing)).toBeUndefined()
    hub.sent.length = 0
    await get({ storage: failing })
    expect(await contents(failing)).toEqual(whole)
    expect(new Set(hub.sent.map((s) => s.path))).toEqual(new Set(['model.safetensors']))
  })

  it('lets one caller at a time work on a model, and deletes all of it', async () => {
    const { storage } = await get()
    await storage.library.alone(id, async () => {
      expect((await fault(storage.library.delete(id))).message).toContain('is being fetched or checked')
    })
    await storage.library.delete(id)
    expect([await storage.library.list(), await storage.models.list()]).toEqual([[], []])
    expect((await fault(storage.library.delete(id))).message).toContain('is not stored here')
  })
})
