// The n-th fetch of what a person opens from the site fails, in every way a network has: it is named in a sentence, and the next
// try has everything without fetching again what had arrived.
import { createHash } from 'node:crypto'
import { afterEach, expect, it, vi } from 'vitest'
import { utf8 } from '../lib/bytes.ts'
import { Fault } from '../protocol/failure.ts'
import { memoryStorage } from '../storage/memoryStorage.ts'
import { Site } from './site.ts'

afterEach(() => vi.unstubAllGlobals())

const weights = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7) % 251)
const files = new Map<string, Uint8Array<ArrayBuffer>>([
  ['starter/config.json', utf8('{"model_type":"llama"}')],
  ['starter/model.safetensors', weights],
  ['starter/tokenizer.json', utf8('{}')],
  ['samples/a/train.jsonl', utf8('{"prompt":"a","completion":"b"}')],
  ['samples/a/test.jsonl', utf8('{"prompt":"c","completion":"d"}')],
])
const model = {
  id: 'starter',
  title: 'Starter',
  files: [...files].flatMap(([path, bytes]) => {
    const [folder, name] = path.split('/')
    return folder === 'starter' ? [{ path: name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }] : []
  }),
}
files.set('models.json', utf8(JSON.stringify([model])))
files.set('samples/index.json', utf8(JSON.stringify([{ id: 'a', train: 'a/train.jsonl', test: 'a/test.jsonl' }])))

/** What happens to the fetch that fails. */
type Weather = 'unreachable' | 'unavailable' | 'broken off'

/** Serves the files; the n-th fetch meets the weather. Answers the paths asked for, with the byte from which on. */
function serve(n: number, weather: Weather): string[] {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (url: string, init?: RequestInit): Promise<Response> => {
    const path = new URL(url).pathname.slice(1)
    const from = Number(/^bytes=(\d+)-$/.exec(new Headers(init?.headers).get('range') ?? '')?.[1] ?? 0)
    asked.push(`${path} from ${from}`)
    const bytes = files.get(path)!.subarray(from)
    const range = { status: from > 0 ? 206 : 200, headers: from > 0 ? { 'content-range': `bytes ${from}-${from + bytes.length - 1}/${from + bytes.length}` } : {} }
    if (asked.length !== n) return new Response(bytes, range)
    if (weather === 'unreachable') throw new TypeError('Failed to fetch')
    if (weather === 'unavailable') return new Response('busy', { status: 503 })
    let sent = false
    const pull = (to: ReadableStreamDefaultController<Uint8Array>): void => {
      if (sent) return to.error(new TypeError('network error'))
      sent = true
      to.enqueue(bytes.subarray(0, bytes.length / 2))
    }
    return new Response(new ReadableStream({ pull }), range)
  })
  return asked
}

it.each<Weather>(['unreachable', 'unavailable', 'broken off'])('the n-th fetch is %s, for every n', async (weather) => {
  let n = 1
  for (; ; n++) {
    const storage = memoryStorage()
    const site = new Site(new URL('https://studio.example/'))
    const open = async () => ({ model: await site.model('starter', storage, () => undefined), sample: await site.sample('a') })
    const asked = serve(n, weather)
    const failed = await open().then(() => undefined, (error: unknown) => error)
    if (asked.length < n) break
    const where = `fetch ${n}: ${asked.at(-1)}`
    expect(failed, where).toBeInstanceOf(Fault)
    expect(failed, where).toMatchObject({ code: 'network', message: expect.stringMatching(/\.$/), hint: expect.stringMatching(/\.$/) })
    if (weather !== 'broken off') expect((failed as Fault).message, where).toContain(asked[n - 1].split(' ')[0])
    const again = serve(0, weather)
    const { model: opened, sample } = await open()
    for (const { path } of model.files) {
      const source = opened.files.get(path)!
      expect(await source.read(0, source.size), where).toEqual(files.get(`starter/${path}`))
    }
    expect(await sample.test.read(0, sample.test.size), where).toEqual(files.get('samples/a/test.jsonl'))
    // Files of the model that had arrived are not asked for again.
    const arrived = asked.slice(0, n - 1).filter((line) => line.startsWith('starter/'))
    expect(again.filter((line) => arrived.includes(line)), where).toEqual([])
  }
  expect(n - 1).toBe(7)
})
