// A small Hub and its file host on two ports of this machine, for tests: the paths, redirects, ranges, tags, hashes, errors and
// cross-origin headers of the real one, and its bad days on request.
import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { READ_TOKEN, testRepos, WRITE_TOKEN, type TestRepos } from './testRepos.ts'

export interface Asked {
  readonly host: 'hub' | 'cdn'
  readonly method: string
  readonly path: string
  readonly range: string | undefined
  readonly token: string | undefined
}

/** What a bad day does to an answer; `nth` counts the answers of file bytes from 1. */
export interface Weather {
  /** Ends the connection after so many bytes of the answer. */
  cut?: (nth: number) => number | undefined
  /** Falls silent after so many bytes, and stays connected. */
  stall?: (nth: number) => number | undefined
  /** Bytes to send instead. */
  content?: (path: string, bytes: Uint8Array, nth: number) => Uint8Array
  /** An answer other than bytes. */
  status?: (nth: number, host: 'hub' | 'cdn') => { readonly status: number; readonly headers?: Readonly<Record<string, string>> } | undefined
  tag?: (path: string, nth: number) => string | undefined
  /** Byte answers ignore ranges. */
  whole?: boolean
  /** How often a signed address may be used. */
  uses?: number
  /** Milliseconds before each answer. */
  slow?: number
}

export interface TestModel {
  readonly commit: string
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly branches?: Readonly<Record<string, string>>
  readonly gated?: boolean
}

export interface TestHub {
  readonly endpoint: string
  readonly cdn: string
  readonly asked: Asked[]
  weather: Weather
  readonly models: Map<string, TestModel>
  /** What was made and written here. */
  readonly written: Pick<TestRepos, 'repos' | 'large' | 'chunked'>
  /** Answers that carried file bytes, with how many were sent. */
  readonly sent: { readonly path: string; readonly start: number; bytes: number }[]
  close(): Promise<void>
}

export const TOKEN = READ_TOKEN
const LARGE = /\.(safetensors|bin|gguf)$/
const hash = (kind: 'sha256' | 'sha1', ...parts: readonly (string | Uint8Array)[]): string => parts.reduce((h, part) => h.update(part), createHash(kind)).digest('hex')
const sha256 = (bytes: Uint8Array): string => hash('sha256', bytes)
const gitOid = (bytes: Uint8Array): string => hash('sha1', `blob ${bytes.length}\0`, bytes)

export async function startTestHub(): Promise<TestHub> {
  const asked: Asked[] = []
  const sent: TestHub['sent'] = []
  const models = new Map<string, TestModel>()
  const signed = new Map<string, { readonly path: string; readonly bytes: Uint8Array; left: number }>()
  let nth = 0

  const listen = (host: 'hub' | 'cdn', answer: (request: IncomingMessage, response: ServerResponse, url: URL) => unknown) => {
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://localhost')
      asked.push({ host, method: request.method ?? '', path: url.pathname, range: request.headers.range, token: request.headers.authorization })
      response.setHeader('Access-Control-Allow-Origin', '*')
      response.setHeader('Access-Control-Expose-Headers', 'X-Repo-Commit,X-Error-Code,X-Error-Message,ETag,Accept-Ranges,Content-Range')
      // Only the Hub itself knows of tokens; the file host refuses them.
      if (request.method === 'OPTIONS') response.writeHead(204, { 'Access-Control-Allow-Methods': 'GET,POST,PUT', 'Access-Control-Allow-Headers': host === 'hub' ? 'authorization,range,content-type' : url.pathname.startsWith('/v1/') ? 'authorization,content-type,x-xet-session-id' : 'content-type,x-request-id' }).end()
      else setTimeout(() => !response.destroyed && answer(request, response, url), hub.weather.slow ?? 0)
    })
    return new Promise<{ url: string; close: () => Promise<void> }>((done) => {
      server.listen(0, '127.0.0.1', () => {
        const close = (): Promise<void> =>
          new Promise((closed) => {
            server.close(() => closed())
            server.closeAllConnections()
          })
        done({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close })
      })
    })
  }

  const refuse = (response: ServerResponse, status: number, code: string, message: string): void => {
    response.writeHead(status, { 'X-Error-Code': code, 'X-Error-Message': message, 'Content-Type': 'application/json' }).end(JSON.stringify({ error: message }))
  }

  const bytesOf = (request: IncomingMessage, response: ServerResponse, path: string, good: Uint8Array): void => {
    nth += 1
    const { cut, stall, content, tag, whole } = hub.weather
    const bytes = content?.(path, good, nth) ?? good
    response.setHeader('ETag', tag?.(path, nth) ?? `"${sha256(good)}"`)
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    const ranged = first !== undefined && !whole
    const start = ranged ? Number(first) : 0
    const end = ranged ? Math.min(Number(last) + 1, bytes.length) : bytes.length
    if (ranged && start >= bytes.length) {
      response.writeHead(416, { 'Content-Range': `bytes */${bytes.length}` }).end()
      return
    }
    const body = bytes.subarray(start, end)
    response.writeHead(ranged ? 206 : 200, { 'Content-Length': body.length, ...(ranged && { 'Content-Range': `bytes ${start}-${end - 1}/${bytes.length}` }) })
    const silent = stall?.(nth)
    const limit = silent ?? cut?.(nth)
    const part = limit === undefined ? body : body.subarray(0, limit)
    sent.push({ path, start, bytes: part.length })
    // A connection that ends after its answer would only cut the next one.
    if (limit === undefined || limit >= body.length) response.end(part)
    else if (silent !== undefined) response.write(part)
    else response.write(part, () => setTimeout(() => response.destroy(), 20))
  }

  const isBad = (response: ServerResponse, host: 'hub' | 'cdn'): boolean => {
    const bad = hub.weather.status?.(nth + 1, host)
    if (!bad) return false
    nth += 1
    response.writeHead(bad.status, bad.headers).end()
    return true
  }

  const written = testRepos(() => cdnHost.url)
  const hubHost = await listen('hub', async (request, response, url) => {
    if (request.method === 'POST' && isBad(response, 'hub')) return undefined
    if (await written.hub(request, response, url.pathname)) return undefined
    const token = request.headers.authorization
    if (token !== undefined && ![`Bearer ${TOKEN}`, `Bearer ${WRITE_TOKEN}`].includes(token)) return refuse(response, 401, '', 'Invalid credentials in Authorization header')
    const parts = url.pathname.slice(1).split('/').map(decodeURIComponent)
    const isApi = parts[0] === 'api'
    const name = (isApi ? parts.slice(2, 4) : parts.slice(0, 2)).join('/')
    const model = models.get(name)
    if (!model) return refuse(response, 401, 'RepoNotFound', 'Repository not found')
    const [revision, ...rest] = isApi ? [parts[5] ?? 'main'] : parts.slice(3)
    const commit = revision === model.commit ? revision : ({ main: model.commit, ...model.branches }[revision ?? ''] ?? undefined)
    if (commit !== model.commit) return refuse(response, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`)
    if (isApi) {
      if (isBad(response, 'hub')) return undefined
      const siblings = [...model.files].map(([rfilename, bytes]) => ({
        rfilename, size: bytes.length, blobId: gitOid(bytes),
        ...(LARGE.test(rfilename) && { lfs: { sha256: sha256(bytes), size: bytes.length, pointerSize: 134 } }),
      }))
      return response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ id: name, sha: model.commit, siblings }))
    }
    if (model.gated && token === undefined) return refuse(response, 401, 'GatedRepo', 'Access to model is restricted')
    const path = rest.join('/')
    const bytes = model.files.get(path)
    if (!bytes) return refuse(response, 404, 'EntryNotFound', 'Entry not found')
    if (isBad(response, 'hub')) return undefined
    if (!LARGE.test(path)) return bytesOf(request, response, path, bytes)
    const key = randomUUID()
    signed.set(key, { path, bytes, left: hub.weather.uses ?? Number.POSITIVE_INFINITY })
    return response.writeHead(302, { Location: `${cdnHost.url}/files/${sha256(bytes)}?signature=${key}` }).end()
  })
  const cdnHost = await listen('cdn', async (request, response, url) => {
    if (request.method === 'PUT' && isBad(response, 'cdn')) return undefined
    if (await written.cdn(request, response, url.pathname)) return undefined
    const file = signed.get(url.searchParams.get('signature') ?? '')
    if (!file || file.left <= 0) return response.writeHead(403).end('expired')
    file.left -= 1
    if (isBad(response, 'cdn')) return undefined
    return bytesOf(request, response, file.path, file.bytes)
  })

  const hub: TestHub = {
    endpoint: hubHost.url,
    cdn: cdnHost.url,
    asked,
    sent,
    models,
    written,
    weather: {},
    close: async () => {
      await hubHost.close()
      await cdnHost.close()
    },
  }
  return hub
}
