// Fetches an address from a byte on, for a download that resumes. An answer that ignores the range, or belongs to a
// newer upload, starts again at 0 and says so.
import { Fault } from '../protocol/failure.ts'
import type { OpenFrom } from './modelCache.ts'

async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  // Not every browser can iterate a stream.
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw new Fault('network', 'The connection broke off.', 'Try again; what arrived is kept.', String(error))
      })
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

export function rangeRequest(url: string, etag?: string, signal?: AbortSignal): OpenFrom {
  return async (from) => {
    const fail = (found: string): never => {
      throw new Fault(
        'network',
        `${url} could not be fetched: ${found}.`,
        'Check the connection and try again; what arrived is kept.',
      )
    }
    const headers: Record<string, string> = from === 0 ? {} : { Range: `bytes=${from}-`, ...(etag ? { 'If-Range': etag } : {}) }
    const response = await fetch(url, { headers, ...(signal ? { signal } : {}) }).catch((error: unknown) => fail(String(error)))
    if (!response.ok || !response.body) return fail(`the server answered ${response.status}`)
    const range = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')
    return { start: response.status === 206 && range ? Number(range[1]) : 0, chunks: chunksOf(response.body) }
  }
}
