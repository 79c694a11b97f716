// Sending to a Hub on its good and its bad days: one commit of exactly these files, private unless said otherwise, the token at the
// Hub alone, nothing large twice, and a sentence for every refusal.
import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { utf8 } from '../lib/bytes.ts'
import { Fault } from '../protocol/failure.ts'
import type { PushRequest, SendProgress } from '../protocol/takeAway.ts'
import type { HubOptions } from './hubConnection.ts'
import { pushToHub } from './hubPush.ts'
import { pushRefusal } from './pushRefusal.ts'
import { startTestHub, TOKEN, type TestHub } from './testHub.ts'
import { WRITE_TOKEN, XET_TOKEN } from './testRepos.ts'

const weights = Uint8Array.from(randomBytes(50_000))
const given = { 'README.md': utf8('---\nlibrary_name: peft\n---\n# A card'), 'adapter_config.json': utf8('{}'), 'adapter_model.safetensors': weights, 'onnx/model.onnx': Uint8Array.from(randomBytes(9_000)) }
const files = Object.entries(given).map(([path, bytes]) => ({ path, file: new File([bytes], path) }))
const total = files.reduce((n, { file }) => n + file.size, 0)

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
})
afterAll(() => hub.close())
beforeEach(() => {
  hub.written.repos.clear()
  hub.written.large.clear()
  hub.written.chunked = false
  hub.asked.length = 0
  hub.weather = {}
})

const waits: number[] = []
const progress: SendProgress[] = []
function push(request: Partial<PushRequest> = {}, options: Partial<HubOptions> = {}, sent = files) {
  waits.length = 0
  progress.length = 0
  const sleep = async (ms: number): Promise<void> => void waits.push(ms / 1000)
  return pushToHub(sent, { repo: 'pirate-lora', token: WRITE_TOKEN, isPrivate: true, ...request }, { endpoint: hub.endpoint, sleep, ...options }, (p) => progress.push(p))
}
const fault = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(() => undefined, (e: unknown) => e)
  expect(error).toBeInstanceOf(Fault)
  expect(error).toMatchObject({ message: expect.stringMatching(/\.$/), hint: expect.stringMatching(/\.$/) })
  return (error as Fault).message
}

describe('a good day', () => {
  it('makes a private repository of the owner and one commit of exactly these files', async () => {
    const pushed = await push()
    expect(pushed).toEqual({ repo: 'tester/pirate-lora', url: `${hub.endpoint}/tester/pirate-lora`, commit: expect.stringMatching(/^[0-9a-f]{40}$/), isPrivate: true })
    const repo = hub.written.repos.get('tester/pirate-lora')!
    expect(repo.isPrivate).toBe(true)
    expect(repo.commits.map((c) => [c.summary, c.paths.toSorted()])).toEqual([['From Tunesmith', Object.keys(given).toSorted()]])
    for (const [path, bytes] of Object.entries(given)) expect(Buffer.compare(repo.files.get(path)!, bytes), path).toBe(0)
    // Only large files go to the file host, and it never hears of the token.
    expect(hub.asked.filter((a) => a.host === 'cdn').map((a) => [a.method, a.token])).toEqual([['PUT', undefined], ['PUT', undefined]])
    expect(hub.asked.filter((a) => a.host === 'hub').every((a) => a.token === `Bearer ${WRITE_TOKEN}`)).toBe(true)
    expect(progress.at(-1)).toEqual({ doing: 'uploading', done: total, total })
    expect(progress.some((p) => p.doing === 'hashing' && p.file === 'adapter_model.safetensors')).toBe(true)
  })

  it('sends chunks to a Hub that asks for them, with the token of their store', async () => {
    hub.written.chunked = true
    await push()
    const repo = hub.written.repos.get('tester/pirate-lora')!
    for (const [path, bytes] of Object.entries(given)) expect(Buffer.compare(repo.files.get(path)!, bytes), path).toBe(0)
    const stored = hub.asked.filter((a) => a.host === 'cdn')
    expect(stored.some((a) => a.path.startsWith('/v1/xorbs/'))).toBe(true)
    expect(new Set(stored.map((a) => a.token))).toEqual(new Set([`Bearer ${XET_TOKEN}`]))
    // Again: nothing of it is new.
    hub.asked.length = 0
    await push({ intoExisting: true })
    expect(hub.asked.filter((a) => a.host === 'cdn')).toEqual([])
  })

  it('is public only where that was asked for, and may belong to an organisation', async () => {
    expect(await push({ repo: ' team/pirate ', isPrivate: false })).toMatchObject({ repo: 'team/pirate', isPrivate: false })
    expect(hub.written.repos.get('team/pirate')!.isPrivate).toBe(false)
  })

  it('leaves a repository that is there alone unless told, and then replaces files of the same names', async () => {
    await push()
    const other = [{ path: 'README.md', file: new File(['# Another'], 'README.md') }]
    expect(await push({}, {}, other)).toEqual({ exists: 'tester/pirate-lora' })
    expect(hub.written.repos.get('tester/pirate-lora')!.commits).toHaveLength(1)
    expect(await push({ intoExisting: true }, {}, other)).toMatchObject({ repo: 'tester/pirate-lora', isPrivate: true })
    const { files: now, commits } = hub.written.repos.get('tester/pirate-lora')!
    expect([commits.length, new TextDecoder().decode(now.get('README.md')), now.size]).toEqual([2, '# Another', 4])
  })

  it('puts nothing private where everybody reads', async () => {
    await push({ isPrivate: false })
    expect(await fault(push({ intoExisting: true, isPrivate: true }))).toContain('everybody can read it')
    expect(hub.written.repos.get('tester/pirate-lora')!.commits).toHaveLength(1)
  })
})

describe('a bad day', () => {
  it('waits as it is told, and tries again after a failure', async () => {
    let failures = 0
    hub.weather = { status: (_, host) => (host === 'cdn' && failures++ < 2 ? { status: failures === 1 ? 503 : 429, headers: { 'Retry-After': '7', 'Access-Control-Expose-Headers': 'retry-after' } } : undefined) }
    await push()
    expect(waits).toEqual([7, 7])
    expect(progress.some((p) => p.doing === 'waiting' && /too many requests\. Trying again in 7 s\./.test(p.reason ?? ''))).toBe(true)
    expect([...hub.written.large.values()].map((f) => f.times)).toEqual([1, 1])
  })

  it('sends what had arrived only once, when it is asked for again', async () => {
    hub.weather = { status: (_, host) => (host === 'hub' && hub.asked.at(-1)!.path.includes('/commit/') ? { status: 500 } : undefined) }
    expect(await fault(push())).toContain('it answered 500')
    expect(hub.written.large.size).toBe(2)
    hub.weather = {}
    // It was made by the attempt before, and nothing is in it that could be lost.
    expect(await push()).toMatchObject({ repo: 'tester/pirate-lora' })
    expect([...hub.written.large.values()].map((f) => f.times)).toEqual([1, 1])
    expect(hub.written.repos.get('tester/pirate-lora')!.files.size).toBe(4)
  })

  it('makes no commit once it was cancelled', async () => {
    const stop = new AbortController()
    hub.weather = { get slow() { if (hub.asked.some((a) => a.method === 'PUT')) stop.abort(); return 50 } }
    expect(await fault(push({}, { signal: stop.signal }))).toContain('cancelled')
    expect(hub.written.repos.get('tester/pirate-lora')!.commits).toEqual([])
  })

  it('says what a token may not, what is wrong with a name, and where nobody answers', async () => {
    expect(await fault(push({ token: 'hf_unknown' }))).toMatch(/does not know this access token/)
    expect(await fault(push({ token: TOKEN }))).toMatch(/token of tester may only read/)
    expect(await fault(push({ repo: 'others/pirate' }))).toMatch(/may not write others\/pirate/)
    expect(await fault(push({ repo: 'a/b/c' }))).toMatch(/not the name/)
    expect(await fault(push({ repo: '-x' }))).toMatch(/not the name/)
    expect(hub.written.repos.size).toBe(0)
    expect(await fault(push({}, { endpoint: 'http://127.0.0.1:9' }))).toMatch(/127\.0\.0\.1:9 cannot be reached/)
    expect(await fault(push({}, { endpoint: 'http://example.org' }))).toMatch(/A token is not sent to http:\/\/example\.org/)
    const card = [{ path: 'README.md', file: new File(['---\nbase_model: ./here\n---'], 'README.md') }]
    expect(await fault(push({}, {}, card))).toMatch(/does not take these files: Invalid metadata in README\.md/)
  })

  it.for([
    [401, 'x', /does not know this access token/],
    [403, 'x', /may not write a\/b/],
    [403, 'Private repository storage limit reached', /no more room/],
    [404, 'x', /has no a\/b that this token may write/],
    [409, 'x', /changed by somebody else/],
    [412, 'x', /changed by somebody else/],
    [413, 'x', /files this large/],
    [422, 'odd', /does not take these files: odd\./],
    [418, 'x', /it answered 418/],
    [undefined, 'Failed to fetch', /failed: Failed to fetch\./],
  ] as const)('%s %s is a sentence', ([statusCode, message, expected]) => {
    const found = pushRefusal(Object.assign(new Error(message), statusCode !== undefined && { statusCode }), { endpoint: new URL('https://hub.example'), repo: 'a/b' })
    expect(found.message).toMatch(expected)
    expect(found.hint).toMatch(/\.$/)
  })
})

it('the bytes are those that were hashed', async () => {
  await push()
  for (const [oid, { bytes }] of hub.written.large) expect(createHash('sha256').update(bytes).digest('hex')).toBe(oid)
})
