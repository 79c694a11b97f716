// The trainer's end of the worker that fetches models: starts it when a person asks for one, and ends it when that is done.
import { proxy, wrap } from 'comlink'
import { Fault, type Failure } from '../protocol/failure.ts'
import type { HubProgress, HubRequest } from '../protocol/models.ts'
import type { HubServer } from './hubServer.ts'

export interface HubFetcher {
  /** The library's id of the model, once each of its files is there. */
  fetch(request: HubRequest, endpoint: string, onProgress: (progress: HubProgress) => void, check: (modelType: string) => Promise<Failure | undefined>): Promise<string>
  cancel(): Promise<void>
}

export function hubFetcher(): HubFetcher {
  let server: Pick<HubServer, 'cancel'> | undefined
  return {
    async fetch(request, endpoint, onProgress, check) {
      if (server) throw new Fault('network', 'Another model is being fetched.', 'Wait for it, or cancel it.')
      const worker = new Worker(new URL('./hub.worker.ts', import.meta.url), { type: 'module', name: 'hub' })
      const remote = wrap<HubServer>(worker)
      server = remote
      const broken = new Promise<never>((_, reject) => {
        worker.addEventListener('error', (event) => reject(new Fault('internal', 'The downloader could not be started.', 'Reload the page and try again.', event.message)))
      })
      try {
        const result = await Promise.race([remote.fetch(request, endpoint, proxy(onProgress), proxy(check)), broken])
        if (result.ok) return result.value
        const { code, message, hint, detail } = result.failure
        throw new Fault(code, message, hint, detail)
      } finally {
        server = undefined
        worker.terminate()
      }
    },
    cancel: async () => server?.cancel(),
  }
}
