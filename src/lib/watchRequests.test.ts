// Every body that leaves is counted, once, whichever way it leaves; signatures in addresses are not kept.
import { expect, it } from 'vitest'
import { watchRequests, type SeenRequest } from './watchRequests.ts'

function scene() {
  const seen: SeenRequest[] = []
  const went: unknown[] = []
  let list: (entries: readonly Partial<PerformanceResourceTiming>[]) => void = () => undefined
  class Xhr {
    open(...given: unknown[]): void {
      went.push(['open', ...given])
    }
    send(body?: unknown): void {
      went.push(['send', body])
    }
  }
  class Observer {
    constructor(said: (entries: { getEntries(): unknown }) => void) {
      list = (entries) => said({ getEntries: () => entries })
    }
    observe(): void {}
    takeRecords(): [] {
      return []
    }
  }
  const scope = {
    fetch: async (_: unknown, init?: RequestInit) => {
      went.push(init?.body instanceof ReadableStream ? await new Response(init.body).text() : init?.body)
      return new Response('ok')
    },
    XMLHttpRequest: Xhr,
    PerformanceObserver: Observer,
    performance: { timeOrigin: 1000, now: () => 0 },
    location: { href: 'https://site.test/page/' },
  }
  watchRequests((r) => seen.push(r), scope as unknown as Parameters<typeof watchRequests>[1])
  return { seen, went, scope, list: (...entries: Partial<PerformanceResourceTiming>[]) => list(entries) }
}
const sent = (seen: readonly SeenRequest[]): unknown[] => seen.map(({ method, address, sentBytes }) => [method, address, sentBytes])

it('counts bodies of fetch: text, bytes, blobs, requests and streams', async () => {
  const { seen, went, scope } = scene()
  const post = (body: BodyInit) => scope.fetch('https://hub.test/a?signature=secret', { method: 'POST', body })
  await post('grün')
  await post(new Uint8Array(7))
  await post(new Blob(['12345']))
  await post(new Blob(['stream']).stream())
  await scope.fetch(new Request('https://hub.test/b', { method: 'PUT', body: 'abc' }))
  expect(sent(seen)).toEqual([['POST', 'https://hub.test/a', 5], ['POST', 'https://hub.test/a', 7], ['POST', 'https://hub.test/a', 5], ['POST', 'https://hub.test/a', 6], ['PUT', 'https://hub.test/b', 3]])
  expect(went[3]).toBe('stream')
})

it('counts what XMLHttpRequest sends, and leaves it to send', () => {
  const { seen, went, scope } = scene()
  const request = new scope.XMLHttpRequest()
  request.open('PUT', 'https://files.test/x?signed')
  request.send(new Blob(['1234']))
  expect(sent(seen)).toEqual([['PUT', 'https://files.test/x', 4]])
  expect(went).toHaveLength(2)
})

it('lists what was fetched, and nothing twice', async () => {
  const { seen, scope, list } = scene()
  await scope.fetch('samples/index.json')
  expect(seen).toEqual([])
  list({ name: 'https://site.test/page/samples/index.json?x=1', initiatorType: 'fetch', transferSize: 300, encodedBodySize: 0, startTime: 5 }, { name: 'blob:https://site.test/1', initiatorType: 'fetch' })
  expect(seen).toEqual([{ method: 'GET', address: 'https://site.test/page/samples/index.json', sentBytes: 0, receivedBytes: 300, at: 1005 }])
  await scope.fetch('https://hub.test/a', { method: 'POST', body: 'x' })
  list({ name: 'https://hub.test/a', initiatorType: 'fetch', transferSize: 0, encodedBodySize: 0, startTime: 6 })
  expect(sent(seen.slice(1))).toEqual([['POST', 'https://hub.test/a', 1]])
})
