// One file of a commit, from any byte on, as Range requests of a few megabytes: the Hub redirects the first one to where the bytes
// lie, the next go there directly, and when that address has expired the Hub is asked again.
import type { OpenFrom } from './modelCache.ts'
import { Damage } from './damage.ts'
import { cancelled, HubConnection, type Answer } from './hubConnection.ts'
import { hubRefusal } from './hubRefusal.ts'

export interface HubPart {
  readonly repo: string
  readonly commit: string
  readonly path: string
  readonly bytes: number
}

const CHUNK_BYTES = 16 * 2 ** 20

export function hubFile(hub: HubConnection, part: HubPart): OpenFrom {
  return (from) => Promise.resolve({ start: from, chunks: chunksFrom(hub, part, from) })
}

async function* chunksFrom(hub: HubConnection, { repo, commit, path, bytes }: HubPart, from: number): AsyncGenerator<Uint8Array> {
  const resolve = hub.url(`${repo}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`)
  const { chunkBytes = CHUNK_BYTES, token, signal } = hub.options
  const tags = new Map<string, string>()
  let at = from
  /** Where the bytes lie, once a redirect has told. */
  let direct: string | undefined
  while (at < bytes) {
    const end = Math.min(at + chunkBytes, bytes)
    const answer = await hub.tryOnce(direct ?? resolve, `bytes=${at}-${end - 1}`)
    if (!answer) continue
    const { response } = answer
    try {
      const where = response.url === '' ? (direct ?? resolve) : response.url
      if (!response.ok) {
        if (response.status === 416) throw new Damage(path, `${bytes} bytes`, 'fewer at its source')
        if (hub.isHub(where)) throw hubRefusal(response, { endpoint: hub.endpoint, repo, revision: commit, hasToken: token !== undefined })
        // A signed address holds for minutes only; the Hub gives another one. At once, unless a fresh one was refused.
        const expired = direct !== undefined
        direct = undefined
        await hub.failed(`${new URL(where).host} refused ${path} (it answered ${response.status}).`, expired ? 0 : undefined)
        continue
      }
      if (!hub.isHub(where)) direct = where
      checkTag(tags, where, response, path)
      let skip = before(response, at, bytes, path)
      for await (const chunk of bodyOf(answer)) {
        const fresh = chunk.subarray(Math.min(skip, chunk.length))
        skip -= chunk.length - fresh.length
        if (fresh.length === 0) continue
        hub.progressed()
        at += fresh.length
        yield fresh
      }
    } finally {
      answer.end()
    }
    if (signal?.aborted) throw cancelled()
    // What is missing of an answer that was cut is asked for again, from the byte where it ended.
    if (at < end) await hub.failed('The connection broke off.')
  }
}

/** The answer's bytes; a cut ends them without an error. */
async function* bodyOf({ response, heard }: Answer): AsyncGenerator<Uint8Array> {
  // Not every browser can iterate a stream.
  const reader = response.body?.getReader()
  for (;;) {
    const read = await reader?.read().catch(() => undefined)
    if (!read?.value) return
    heard()
    yield read.value
  }
}

/** Bytes to leave out before those that were asked for: all before them where the range was not heeded. */
function before(response: Response, at: number, bytes: number, path: string): number {
  if (response.status !== 206) return at
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '') ?? []
  // A server may hide this header from pages; the hash is compared in any case.
  if (start !== undefined && Number(start) !== at) throw new Damage(path, `the bytes from ${at} on`, `those from ${start} on`)
  if (total !== undefined && total !== '*' && Number(total) !== bytes) throw new Damage(path, `${bytes} bytes`, `${total} at its source`)
  return 0
}

/** The same place must keep its tag: another one means that the file was replaced between two requests. */
function checkTag(tags: Map<string, string>, where: string, response: Response, path: string): void {
  const tag = response.headers.get('etag')
  if (tag === null) return
  const { origin, pathname } = new URL(where)
  const known = tags.get(origin + pathname)
  if (known !== undefined && known !== tag) throw new Damage(path, `the upload ${known}`, `the upload ${tag}`)
  tags.set(origin + pathname, tag)
}
