// fetch for what is sent to the Hub: patient as HubConnection is, without cookies, with the token to the Hub's own origin alone, and
// with a word on how far an upload is where the browser can tell.
import { HubConnection, pauseOf, type HubOptions } from './hubConnection.ts'
import { busyReason, unreachable } from './hubRefusal.ts'

/** What @huggingface/hub puts beside a request whose body is large. */
interface Hinted {
  readonly progressHint?: { readonly progressCallback: (share: number) => void; readonly part?: unknown }
}

export function patientFetch(options: HubOptions): typeof fetch {
  const { token } = options
  return async (input, init) => {
    // Failures of requests that go side by side are counted apart.
    const hub = new HubConnection(options)
    const url = String(input instanceof Request ? input.url : input)
    const headers = new Headers(init?.headers)
    const signals = [init?.signal, options.signal].filter((s) => s instanceof AbortSignal)
    const signal = AbortSignal.any(signals)
    if (!hub.isHub(url) && headers.get('authorization') === `Bearer ${token}`) headers.delete('authorization')
    for (;;) {
      const found = await once(url, { ...init, headers, signal }).catch((error: unknown) => {
        if (signal.aborted) throw error
        return undefined
      })
      if (!found) {
        await hub.failed(unreachable(url))
        continue
      }
      const busy = busyReason(url, found)
      if (busy === undefined) return found
      await hub.failed(busy, pauseOf(found))
    }
  }
}

function once(url: string, init: RequestInit & Hinted): Promise<Response> {
  const { progressHint, method, body } = init
  // A part of a file says nothing of the whole.
  if (method === 'PUT' && progressHint && progressHint.part === undefined && typeof XMLHttpRequest !== 'undefined' && body instanceof Blob) return put(url, init, body, progressHint.progressCallback)
  return fetch(url, { ...init, credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-store' })
}

/** Only this older interface tells how much of a body has left. */
function put(url: string, { headers, signal }: RequestInit, body: Blob, onShare: (share: number) => void): Promise<Response> {
  return new Promise((answer, fail) => {
    const request = new XMLHttpRequest()
    request.open('PUT', url)
    new Headers(headers).forEach((value, name) => request.setRequestHeader(name, value))
    request.upload.addEventListener('progress', ({ lengthComputable, loaded, total }) => lengthComputable && total > 0 && onShare(loaded / total))
    request.addEventListener('load', () => {
      const said = request.getAllResponseHeaders().trim().split(/\r?\n/).flatMap((line): [string, string][] => (line.includes(':') ? [[line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]] : []))
      answer(new Response([204, 205, 304].includes(request.status) ? null : request.responseText, { status: request.status, headers: said }))
    })
    const broken = (): void => fail(new TypeError('The upload broke off.'))
    request.addEventListener('error', broken)
    request.addEventListener('abort', broken)
    const stop = (): void => request.abort()
    signal?.addEventListener('abort', stop)
    request.addEventListener('loadend', () => signal?.removeEventListener('abort', stop))
    if (signal?.aborted) broken()
    else request.send(body)
  })
}
