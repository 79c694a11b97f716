// Sees every request of the thread that it runs in: the browser's own list says what was fetched, and what is handed to fetch or
// XMLHttpRequest to be sent is counted before it goes. Changes no request.

export interface SeenRequest {
  readonly method: string
  /** Without query and fragment, which may hold a signature. */
  readonly address: string
  /** Of the body; headers are the browser's. */
  readonly sentBytes: number
  /** Unknown of another site that does not say. */
  readonly receivedBytes?: number
  /** Milliseconds since 1970. */
  readonly at: number
}

interface Scope {
  fetch: typeof fetch
  readonly XMLHttpRequest?: typeof XMLHttpRequest
  readonly PerformanceObserver?: typeof PerformanceObserver
  readonly performance: Pick<Performance, 'timeOrigin' | 'now'>
  readonly location?: { readonly href: string }
}

/** Tells of every request from here on, and of those that the browser remembers. Answers a function that hurries what is waiting. */
export function watchRequests(tell: (request: SeenRequest) => void, scope: Scope = globalThis): () => void {
  const plain = (address: string): string => {
    const url = URL.parse(address, scope.location?.href)
    return url ? url.origin + url.pathname : address
  }
  /** Told already when they were sent; the browser lists them once more. */
  const told = new Map<string, number>()
  const sending = (method: string, address: string, sentBytes: number): void => {
    if (sentBytes === 0 && /^(GET|HEAD)$/i.test(method)) return
    told.set(plain(address), (told.get(plain(address)) ?? 0) + 1)
    tell({ method: method.toUpperCase(), address: plain(address), sentBytes, at: Date.now() })
  }
  const listed = (entries: readonly PerformanceEntry[]): void => {
    for (const entry of entries as readonly PerformanceResourceTiming[]) {
      if (!/^https?:/.test(entry.name)) continue
      const address = plain(entry.name)
      const again = told.get(address) ?? 0
      if (again > 0 && /^(fetch|xmlhttprequest)$/.test(entry.initiatorType)) {
        told.set(address, again - 1)
        continue
      }
      const bytes = entry.transferSize || entry.encodedBodySize
      tell({ method: 'GET', address, sentBytes: 0, ...(bytes > 0 && { receivedBytes: bytes }), at: Math.round(scope.performance.timeOrigin + entry.startTime) })
    }
  }

  const { fetch: plainFetch, XMLHttpRequest: Xhr } = scope
  scope.fetch = async (input, init) => {
    const request = input instanceof Request ? input : undefined
    const method = init?.method ?? request?.method ?? 'GET'
    const url = request ? request.url : String(input)
    const body = init?.body ?? undefined
    if (body instanceof ReadableStream) {
      const [counted, count] = counting(body)
      try {
        return await plainFetch.call(scope, input, { ...init, body: counted })
      } finally {
        sending(method, url, count())
      }
    }
    sending(method, url, body === undefined ? (request?.body ? (await request.clone().blob()).size : 0) : sizeOf(body))
    return plainFetch.call(scope, input, init)
  }
  if (Xhr) {
    const { open, send } = Xhr.prototype
    const asked = new WeakMap<XMLHttpRequest, readonly [method: string, url: string]>()
    Xhr.prototype.open = function (this: XMLHttpRequest, method: string, url: string | URL, ...rest: unknown[]) {
      asked.set(this, [method, String(url)])
      return (open as (...all: unknown[]) => void).call(this, method, url, ...rest)
    }
    Xhr.prototype.send = function (this: XMLHttpRequest, body?: Document | XMLHttpRequestBodyInit | null) {
      const [method, url] = asked.get(this) ?? ['GET', '']
      sending(method, url, body === undefined || body === null ? 0 : sizeOf(body as BodyInit))
      return send.call(this, body)
    }
  }
  if (!scope.PerformanceObserver) return () => undefined
  const observer = new scope.PerformanceObserver((list) => listed(list.getEntries()))
  observer.observe({ type: 'resource', buffered: true })
  return () => listed(observer.takeRecords())
}

function sizeOf(body: BodyInit): number {
  if (typeof body === 'string') return new TextEncoder().encode(body).length
  if (body instanceof Blob) return body.size
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return body.byteLength
  if (body instanceof URLSearchParams) return body.toString().length
  if (body instanceof FormData) return [...body].reduce((n, [name, value]) => n + name.length + (typeof value === 'string' ? value.length : value.size), 0)
  return 0
}

function counting(stream: ReadableStream): readonly [ReadableStream, () => number] {
  let bytes = 0
  const through = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, out) {
      bytes += chunk.byteLength
      out.enqueue(chunk)
    },
  })
  return [stream.pipeThrough(through), () => bytes]
}
