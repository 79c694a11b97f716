// A static file server for one folder: byte ranges, exact MIME types, the project's headers. It answers only GET and
// HEAD on the loopback address, and never leaves its folder, whatever the path says.
import { createReadStream } from 'node:fs'
import { readFile, realpath, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, resolve, sep } from 'node:path'
import { headersOf } from './headers.mjs'

/** @type {Record<string, string>} */
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.jsonl': 'application/jsonl; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.tsv': 'text/tab-separated-values; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.wgsl': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
}

/** The file a request path names, or undefined where there is none inside the folder. @param {string} root @param {string} url */
async function find(root, url) {
  let path
  try {
    path = decodeURIComponent(new URL(url, 'http://localhost').pathname)
  } catch {
    return undefined
  }
  if (path.includes('\0') || path.includes('\\')) return undefined
  try {
    const file = await realpath(resolve(join(root, path.endsWith('/') ? `${path}index.html` : path)))
    if (!file.startsWith(root + sep)) return undefined
    const info = await stat(file)
    return info.isFile() ? { file, info } : undefined
  } catch {
    return undefined
  }
}

/**
 * The byte range of a `Range` header: undefined for the whole file, null where it cannot be met.
 * @param {string | undefined} header @param {number} size
 */
function byteRange(header, size) {
  if (header === undefined) return undefined
  const match = /^bytes=(\d*)-(\d*)$/.exec(header.trim())
  if (!match || (match[1] === '' && match[2] === '')) return undefined
  const [, first = '', last = ''] = match
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  return start > end || start >= size ? null : { start, end }
}

/** The Hub that a site was built for. @param {string} root @returns {Promise<import('./hub.mjs').Hub | undefined>} */
async function builtFor(root) {
  try {
    return JSON.parse(await readFile(join(root, 'hub.json'), 'utf8')) ?? undefined
  } catch {
    return undefined
  }
}

/**
 * Serves `folder` on 127.0.0.1; port 0 takes any free one. `bare` leaves the headers out, as hosts that can send none do. `hub`
 * is another Hub than the site was built for, or none.
 * @param {string} folder @param {{port?: number, bare?: boolean, hub?: import('./hub.mjs').Hub | null}} [options]
 */
export async function serve(folder, { port = 0, bare = false, hub: given } = {}) {
  const root = await realpath(folder)
  const hub = given === undefined ? await builtFor(root) : given
  const server = createServer(async (request, response) => {
    const path = URL.canParse(request.url ?? '/', 'http://localhost') ? new URL(request.url ?? '/', 'http://localhost').pathname : '/'
    if (!bare) for (const [name, value] of Object.entries(headersOf(path, hub?.origins ?? []))) response.setHeader(name, value)
    response.setHeader('Accept-Ranges', 'bytes')
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end()
      return
    }
    if (given !== undefined && path === '/hub.json') {
      response.setHeader('Content-Type', types['.json'])
      response.end(JSON.stringify(given))
      return
    }
    const found = await find(root, request.url ?? '/')
    if (!found) {
      response.writeHead(404, { 'Content-Type': types['.txt'] }).end('Not found')
      return
    }
    const { file, info } = found
    // Only names with a content hash never change; everything else is asked for again.
    const hashed = file.startsWith(join(root, 'assets') + sep)
    const tag = `"${info.size.toString(36)}-${Math.trunc(info.mtimeMs).toString(36)}"`
    response.setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream')
    response.setHeader('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
    response.setHeader('ETag', tag)
    if (request.headers['if-none-match'] === tag) {
      response.writeHead(304).end()
      return
    }
    const same = request.headers['if-range'] === undefined || request.headers['if-range'] === tag
    const range = same ? byteRange(request.headers.range, info.size) : undefined
    if (range === null) {
      response.writeHead(416, { 'Content-Range': `bytes */${info.size}` }).end()
      return
    }
    const { start, end } = range ?? { start: 0, end: info.size - 1 }
    response.setHeader('Content-Length', end - start + 1)
    if (range) response.setHeader('Content-Range', `bytes ${start}-${end}/${info.size}`)
    response.writeHead(range ? 206 : 200)
    if (request.method === 'HEAD' || info.size === 0) response.end()
    else
      createReadStream(file, { start, end })
        .on('error', () => response.destroy())
        .pipe(response)
  })
  await new Promise((done, fail) => {
    server.once('error', fail)
    server.listen(port, '127.0.0.1', () => done(undefined))
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return {
    url: `http://127.0.0.1:${address.port}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done(undefined))
        server.closeAllConnections()
      }),
  }
}
