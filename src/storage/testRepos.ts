// The test Hub's other half: repositories that are made and written to, with the answers of the real one's commit interface and
// its large files on the file host. What was written can be read.
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { TestXet } from './testXet.ts'

export interface TestRepo {
  readonly isPrivate: boolean
  readonly files: Map<string, Uint8Array>
  readonly commits: { readonly summary: string; readonly oid: string; readonly paths: readonly string[] }[]
}

export interface TestRepos {
  readonly repos: Map<string, TestRepo>
  /** Large files by hash, and how often bytes of each were taken. */
  readonly large: Map<string, { readonly bytes: Uint8Array; times: number }>
  /** Whether it asks for large files as chunks, as the real one does of whoever can; otherwise whole. */
  chunked: boolean
  /** Answers what it knows; false for all other questions. */
  hub(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean>
  /** Takes a large file. */
  cdn(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean>
}

/** May write as `tester`, and as `team`. */
export const WRITE_TOKEN = 'hf_writeToken'
export const READ_TOKEN = 'hf_goodToken'
/** Of the store of chunks, which the Hub gives out. */
export const XET_TOKEN = 'xet_token'
const OWNERS = ['tester', 'team']
const LARGE = /\.(safetensors|gguf|onnx|onnx_data)$/

/** @param uploads address of the file host */
export function testRepos(uploads: () => string): TestRepos {
  const repos = new Map<string, TestRepo>()
  const large: TestRepos['large'] = new Map()
  const xet = new TestXet()
  const awaited = new Set<string>()
  const json = (response: ServerResponse, status: number, value: unknown): true => {
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))
    return true
  }
  const refuse = (response: ServerResponse, status: number, error: string): true => json(response, status, { error })

  const made: TestRepos = {
    repos,
    large,
    chunked: false,
    async hub(request, response, path) {
      const token = request.headers.authorization?.replace('Bearer ', '')
      const role = token === WRITE_TOKEN ? 'write' : token === READ_TOKEN ? 'read' : undefined
      if (path === '/api/whoami-v2') return role ? json(response, 200, { type: 'user', name: 'tester', auth: { type: 'access_token', accessToken: { displayName: 'a token', role } } }) : refuse(response, 401, 'Invalid username or password.')
      if (path === '/api/repos/create') {
        const { name, organization, visibility } = JSON.parse((await bodyOf(request)).toString()) as Record<string, string>
        const id = `${organization}/${name}`
        if (role !== 'write' || !OWNERS.includes(organization ?? '')) return refuse(response, 403, `You don't have the rights to create a model under the namespace "${organization}"`)
        if (repos.has(id)) return refuse(response, 409, 'You already created this model repo')
        repos.set(id, { isPrivate: visibility === 'private', files: new Map(), commits: [] })
        return json(response, 200, { url: `http://hub/${id}`, id, name: id })
      }
      const [, api, batch] = /^\/api\/models\/([^/]+\/[^/]+)(?:\/(?:preupload|commit)\/main)?$|^\/([^/]+\/[^/]+)\.git\/info\/lfs\/objects\/batch$/.exec(path) ?? []
      const repo = repos.get(api ?? batch ?? '')
      if (!repo) return false
      if (request.method === 'GET') return json(response, 200, { id: api, private: repo.isPrivate, sha: repo.commits.at(-1)?.oid, siblings: [...repo.files.keys()].map((rfilename) => ({ rfilename })) })
      if (role !== 'write') return refuse(response, 403, 'Forbidden: pass `create_pr=1` as a query parameter to create a Pull Request')
      const body = (await bodyOf(request)).toString()
      if (batch !== undefined) {
        const { objects } = JSON.parse(body) as { objects: { oid: string; size: number }[] }
        const { transfers } = JSON.parse(body) as { transfers: string[] }
        const isChunked = made.chunked && transfers.includes('xet')
        if (isChunked) for (const { oid } of objects) awaited.add(oid)
        const upload = (oid: string) => (isChunked ? { href: `${uploads()}/refresh`, header: TestXet.headers(uploads(), XET_TOKEN) } : { href: `${uploads()}/upload/${oid}` })
        const answers = objects.map(({ oid, size }) => ({ oid, size, ...(!large.has(oid) && { actions: { upload: upload(oid) } }) }))
        return json(response, 200, { transfer: isChunked ? 'xet' : 'basic', objects: answers })
      }
      if (path.includes('/preupload/')) {
        const { files } = JSON.parse(body) as { files: { path: string }[] }
        return json(response, 200, { files: files.map(({ path: name }) => ({ path: name, uploadMode: LARGE.test(name) ? 'lfs' : 'regular', shouldIgnore: false })) })
      }
      const [header, ...entries] = body.split('\n').map((line) => JSON.parse(line) as { key: string; value: Record<string, string> })
      const found = entries.map(({ key, value }) => [value['path']!, key === 'lfsFile' ? large.get(value['oid']!)?.bytes : Uint8Array.from(Buffer.from(value['content']!, 'base64'))] as const)
      const missing = found.find(([, bytes]) => !bytes)
      if (missing) return refuse(response, 400, `LFS pointer of ${missing[0]} points to a file that does not exist`)
      const card = found.find(([name]) => name === 'README.md')?.[1]
      if (card && /^base_model: "?[./]/m.test(new TextDecoder().decode(card))) return refuse(response, 400, 'Invalid metadata in README.md: "base_model" is not valid')
      for (const [name, bytes] of found) repo.files.set(name, bytes!)
      const oid = createHash('sha1').update(body).digest('hex')
      repo.commits.push({ summary: header!.value['summary']!, oid, paths: found.map(([name]) => name) })
      return json(response, 200, { success: true, commitOid: oid, commitUrl: `http://hub/commit/${oid}`, hookOutput: '' })
    },
    async cdn(request, response, path) {
      if (path.startsWith('/v1/')) {
        if (request.headers.authorization !== `Bearer ${XET_TOKEN}`) return refuse(response, 401, 'Invalid token')
        if (request.method !== 'POST') return refuse(response, 404, 'No such chunk')
        const bytes = await bodyOf(request)
        if (path.startsWith('/v1/xorbs/default/')) xet.addBlock(bytes)
        else for (const { oid, bytes: file } of xet.filesOf(bytes, awaited)) large.set(oid, { bytes: file, times: (large.get(oid)?.times ?? 0) + 1 })
        return json(response, 200, { was_inserted: true })
      }
      const oid = /^\/upload\/([0-9a-f]{64})$/.exec(path)?.[1]
      if (request.method !== 'PUT' || oid === undefined) return false
      const bytes = await bodyOf(request)
      if (createHash('sha256').update(bytes).digest('hex') !== oid) {
        response.writeHead(400).end('The bytes are others than their name says')
        return true
      }
      large.set(oid, { bytes: Uint8Array.from(bytes), times: (large.get(oid)?.times ?? 0) + 1 })
      response.writeHead(200).end()
      return true
    },
  }
  return made
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}
