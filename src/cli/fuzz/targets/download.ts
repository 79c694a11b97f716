// Downloads on bad days: answers cut, stalled, refused, damaged, replaced or sent whole, in every order, and the program ended in
// between. Whatever happens, only what the Hub names is ever ready, and what arrived is not fetched again but for one range.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { utf8 } from '../../../lib/bytes.ts'
import { Fault } from '../../../protocol/failure.ts'
import { fetchHubModel, hubModelId } from '../../../storage/hubModel.ts'
import { memoryStorage } from '../../../storage/memoryStorage.ts'
import type { Storage } from '../../../storage/storage.ts'
import { startTestHub, type TestHub } from '../../../storage/testHub.ts'
import type { FuzzTarget } from '../target.ts'

const CHUNK = 1000
const weights = Uint8Array.from({ length: 4321 }, (_, i) => (i * 7919) >> 3)
const files = new Map<string, Uint8Array>([['config.json', utf8('{"model_type":"llama"}')], ['tokenizer.json', utf8('{"version":"1.0"}')], ['tokenizer_config.json', utf8('{}')], ['model.safetensors', weights]])
const commit = createHash('sha1').update('a commit').digest('hex')
const id = hubModelId('org/name', commit)

type Event =
  | { readonly kind: 'cut' | 'stall'; readonly at: number }
  | { readonly kind: 'busy'; readonly status: number; readonly after?: string }
  | { readonly kind: 'flip' | 'shorter' | 'longer' | 'replaced'; readonly at: number }
  | undefined

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('cut' as const), at: fc.oneof(fc.nat(CHUNK), fc.constantFrom(0, 1, CHUNK - 1)) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stall' as const), at: fc.nat(CHUNK) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('busy' as const), status: fc.constantFrom(429, 500, 502, 503, 504), after: fc.constantFrom('0', '3', 'soon', 'Wed, 21 Oct 2015 07:28:00 GMT', '') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('flip' as const, 'shorter' as const, 'longer' as const, 'replaced' as const), at: fc.nat(5000) }) },
)
interface Day {
  readonly events: readonly Event[]
  /** How often a signed address holds. */
  readonly uses: number
  /** Ranges are ignored. */
  readonly whole: boolean
  /** The person cancels, or the program ends, at this byte. */
  readonly leaves: number | undefined
}
const day: fc.Arbitrary<Day> = fc.record({ events: fc.array(event, { maxLength: 14 }), uses: fc.constantFrom(1, 2, 3, 100, 100), whole: fc.constantFrom(false, false, false, true), leaves: fc.option(fc.nat(weights.length), { freq: 3, nil: undefined }) })

const GOOD: Day = { events: [], uses: 100, whole: false, leaves: undefined }
const isDamage = (e: Event): boolean => e?.kind === 'flip' || e?.kind === 'shorter' || e?.kind === 'longer' || e?.kind === 'replaced'

function weatherOf({ events, uses, whole }: Day): TestHub['weather'] {
  let first: number | undefined
  const at = (nth: number): Event => events[nth - (first ??= nth)]
  return {
    uses,
    whole,
    status(nth) {
      const e = at(nth)
      return e?.kind === 'busy' ? { status: e.status, headers: e.after ? { 'Retry-After': e.after } : {} } : undefined
    },
    cut(nth) {
      const e = at(nth)
      return e?.kind === 'cut' ? e.at : undefined
    },
    stall(nth) {
      const e = at(nth)
      return e?.kind === 'stall' ? e.at : undefined
    },
    content(_, bytes, nth) {
      const e = at(nth)
      if (e?.kind === 'flip') return bytes.map((b, i) => (i === e.at % bytes.length ? b ^ 1 : b))
      if (e?.kind === 'shorter') return bytes.subarray(0, e.at % bytes.length)
      if (e?.kind === 'longer') return Uint8Array.of(...bytes, ...bytes.subarray(0, 1 + (e.at % 50)))
      return e?.kind === 'replaced' ? bytes.map((b) => b + 1) : bytes
    },
    tag(_, nth) {
      return at(nth)?.kind === 'replaced' ? '"another upload"' : undefined
    },
  }
}

const hub = await startTestHub()
hub.models.set('org/name', { commit, files })

async function tryDay(storage: Storage, given: Day): Promise<boolean> {
  hub.weather = weatherOf(given)
  const stop = new AbortController()
  try {
    await fetchHubModel(
      storage,
      { repo: 'org/name' },
      { endpoint: hub.endpoint, chunkBytes: CHUNK, stallMs: 60, sleep: async () => undefined, signal: stop.signal },
      { onProgress: ({ done }) => given.leaves !== undefined && done >= given.leaves && stop.abort(), check: async () => undefined },
    )
    return true
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return false
  }
}

/** Every file is as the Hub names it, wherever the library says that the model is there. */
async function ready(storage: Storage): Promise<boolean> {
  const opened = await storage.library.open(id)
  for (const [path, source] of opened?.files ?? []) {
    const bytes = await source.read(0, source.size)
    const good = files.get(path)!
    if (bytes.length !== good.length || bytes.some((b, i) => b !== good[i])) throw new Error(`${path} is damaged and ready.`)
  }
  return opened !== undefined
}

const target: FuzzTarget<readonly Day[]> = {
  inputs: fc.array(day, { minLength: 1, maxLength: 3 }),
  async run(days) {
    const storage = memoryStorage()
    const arrived = (): Promise<number> => storage.models.arrived(`${id}/model.safetensors`)
    for (const given of [...days, GOOD]) {
      hub.sent.length = 0
      const [before, was] = [await arrived(), await ready(storage)]
      const whole = await tryDay(storage, given)
      // One that is there stays, whatever comes of asking for it again.
      if ((await ready(storage)) !== (whole || was)) throw new Error(whole ? 'It is fetched and not ready.' : 'It is not fetched and ready.')
      if (given === GOOD && !whole) throw new Error('It is not fetched on a good day.')
      // Damage is dropped, and fetched from the beginning.
      if (given.whole || days.some((d) => d.events.some(isDamage))) continue
      const sent = hub.sent.filter((s) => s.path === 'model.safetensors')
      const first = sent.reduce((least, s) => Math.min(least, s.start), Infinity)
      const furthest = sent.reduce((most, s) => Math.max(most, s.start + s.bytes), 0)
      const after = await arrived()
      if (first < before) throw new Error(`Bytes from ${first} on were fetched again, and ${before} had arrived.`)
      if (after < furthest - CHUNK) throw new Error(`${after} bytes were kept of ${furthest} that had been sent.`)
    }
    return 'ready'
  },
  gateRuns: 30,
  close: () => hub.close(),
}
export default target
