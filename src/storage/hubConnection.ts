// Asks the Hub, patiently: waits when it says so, tries again after a cut, asks anew when a signed address has expired, and says
// in one sentence why it refuses. The token goes to the Hub's own origin; a redirect elsewhere loses it by the rules of fetch.
import { Fault } from '../protocol/failure.ts'
import { busyReason, hubRefusal, unreachable } from './hubRefusal.ts'

export interface HubOptions {
  /** Address of the Hub, such as https://huggingface.co. */
  readonly endpoint: string
  readonly token?: string
  readonly signal?: AbortSignal
  /** Told before each wait, and why there is one. */
  readonly onWait?: (reason: string, seconds: number) => void
  /** Bytes of one Range request. */
  readonly chunkBytes?: number
  /** A connection that says nothing for so long is cut. */
  readonly stallMs?: number
  readonly sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<void>
}

/** Failures in a row, with no byte between them, after which it gives up. */
const PATIENCE = 6
/** A Hub that asks for a longer wait is not waited for. */
const LONGEST_WAIT = 600

export const cancelled = (): Fault => new Fault('cancelled', 'The download was cancelled.', 'Start it again; it goes on from there.')

export interface Answer {
  readonly response: Response
  /** Restarts the clock that ends a silent connection. */
  heard(): void
  /** Ends the connection and its clock. */
  end(): void
}

export class HubConnection {
  readonly endpoint: URL
  #failures = 0

  constructor(readonly options: HubOptions) {
    const { endpoint, token } = options
    if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol)) throw new Fault('network', `“${endpoint}” is no address of a Hub.`, 'Correct it; the usual one is https://huggingface.co.')
    this.endpoint = new URL(endpoint)
    if (token === undefined) return
    if (!/^[\x21-\x7e]+$/.test(token)) throw new Fault('network', 'The access token has spaces or other characters that no token has.', 'Copy it again; it begins with hf_.')
    const near = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(this.endpoint.hostname)
    if (this.endpoint.protocol !== 'https:' && !near) throw new Fault('network', `A token is not sent to ${endpoint}, because others could read it on the way.`, 'Use an address that begins with https.')
  }

  /** A path below the endpoint, which may itself have one. */
  url(path: string): string {
    return `${this.endpoint.href.replace(/\/$/, '')}/${path}`
  }

  isHub(url: string): boolean {
    return new URL(url).origin === this.endpoint.origin
  }

  /** A byte has arrived, so that the next failure is the first again. */
  progressed(): void {
    this.#failures = 0
  }

  /** Waits before the next try; gives up after too many, or where the wait would be too long. */
  async failed(reason: string, seconds?: number): Promise<void> {
    this.#failures += 1
    const { signal, onWait, sleep = pause } = this.options
    if (signal?.aborted) throw cancelled()
    const wait = seconds ?? Math.min(30, 2 ** (this.#failures - 1))
    if (this.#failures >= PATIENCE || wait > LONGEST_WAIT) {
      const when = wait > LONGEST_WAIT ? `in ${Math.ceil(wait / 60)} minutes` : 'later'
      throw new Fault('network', reason, `Try again ${when}; what arrived is kept.`)
    }
    if (wait > 0) onWait?.(reason, wait)
    await sleep(wait * 1000, signal)
    if (signal?.aborted) throw cancelled()
  }

  /** One request; undefined where it failed in a way that passes, after the wait for it. Any other answer is the caller's. */
  async tryOnce(url: string, range?: string): Promise<Answer | undefined> {
    const { token, signal, stallMs = 60_000 } = this.options
    if (signal?.aborted) throw cancelled()
    const headers = { ...(range !== undefined && { Range: range }), ...(token !== undefined && this.isHub(url) && { Authorization: `Bearer ${token}` }) }
    const ending = new AbortController()
    const end = (): void => {
      clearTimeout(clock)
      signal?.removeEventListener('abort', end)
      ending.abort()
    }
    let clock = setTimeout(end, stallMs)
    const heard = (): void => {
      clearTimeout(clock)
      clock = setTimeout(end, stallMs)
    }
    signal?.addEventListener('abort', end)
    let response: Response
    try {
      // No cookie, no referrer, and gigabytes stay out of the browser's own cache.
      response = await fetch(url, { headers, signal: ending.signal, credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-store' })
    } catch {
      end()
      await this.failed(unreachable(url))
      return undefined
    }
    const busy = busyReason(url, response)
    if (busy === undefined) return { response, heard, end }
    end()
    await this.failed(busy, pauseOf(response))
    return undefined
  }

  /** A small JSON answer of the Hub itself. `repo` and `revision` are for the sentence of a refusal. */
  async json(path: string, repo: string, revision: string | undefined): Promise<unknown> {
    for (;;) {
      const answer = await this.tryOnce(this.url(path))
      if (!answer) continue
      const { response, end } = answer
      try {
        if (!response.ok) throw hubRefusal(response, { endpoint: this.endpoint, repo, revision, hasToken: this.options.token !== undefined })
        const text = await response.text().catch(() => undefined)
        if (text === undefined) await this.failed('The connection broke off.')
        else return parsed(text, this.endpoint)
      } finally {
        end()
      }
    }
  }
}

function parsed(text: string, endpoint: URL): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Fault('network', `${endpoint.host} did not answer as a Hub does.`, 'Check its address, and that no sign-in page stands in between.')
  }
}

/** Seconds that an answer asks for: `Retry-After` as seconds or as a date, or what is left of the Hub's rate window. */
export function pauseOf(response: Response): number | undefined {
  const after = response.headers.get('retry-after')
  if (after !== null && /^\d+$/.test(after.trim())) return Number(after)
  const date = after === null ? Number.NaN : Date.parse(after)
  if (Number.isFinite(date)) return Math.max(0, (date - Date.now()) / 1000)
  const left = /;\s*t=(\d+)/.exec(response.headers.get('ratelimit') ?? '')
  return left ? Number(left[1]) : undefined
}

const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((done) => {
    const end = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      done()
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end)
  })
