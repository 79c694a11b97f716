// The trainer's end of the worker that speaks to the Hub: starts it when a person asks for a model or sends one, and ends it when
// that is done. What is sent is handed over file by file; nothing else of the studio reaches it.
import { proxy, wrap, type Remote } from 'comlink'
import { Fault, type Failure } from '../protocol/failure.ts'
import type { HubProgress, HubRequest } from '../protocol/models.ts'
import { valueOf, type NamedFile, type Result } from '../protocol/result.ts'
import type { Pushed, PushRequest, RepoExists, SendProgress } from '../protocol/takeAway.ts'
import type { HubServer } from './hubServer.ts'
import type { RequestLog, Watched } from './requestLog.ts'

export interface HubFetcher {
  /** The library's id of the model, once each of its files is there. */
  fetch(request: HubRequest, endpoint: string, onProgress: (progress: HubProgress) => void, check: (modelType: string) => Promise<Failure | undefined>): Promise<string>
  push(request: PushRequest, endpoint: string, files: readonly NamedFile[], onProgress: (progress: SendProgress) => void): Promise<Pushed | RepoExists>
  cancel(): Promise<void>
}

export function hubFetcher(requests: RequestLog): HubFetcher {
  let server: Pick<HubServer, 'cancel'> | undefined
  /** In a worker of its own, which ends with the work. */
  const inWorker = async <T>(work: (remote: Remote<HubServer>) => Promise<Result<T>>): Promise<T> => {
    if (server) throw new Fault('network', 'The Hub is being spoken to already.', 'Wait until that is done, or cancel it.')
    const worker = new Worker(new URL('./hub.worker.ts', import.meta.url), { type: 'module', name: 'hub' })
    const remote = wrap<HubServer & Watched>(worker)
    server = remote
    void remote.watch(proxy((request) => requests.add('hub', request)))
    const broken = new Promise<never>((_, reject) => {
      worker.addEventListener('error', (event) => reject(new Fault('internal', 'What speaks to the Hub could not be started.', 'Reload the page and try again.', event.message)))
    })
    try {
      return valueOf(await Promise.race([work(remote), broken]))
    } finally {
      server = undefined
      worker.terminate()
    }
  }
  return {
    fetch: (request, endpoint, onProgress, check) => inWorker((remote) => remote.fetch(request, endpoint, proxy(onProgress), proxy(check))),
    push: (request, endpoint, files, onProgress) => inWorker((remote) => remote.push(request, endpoint, files, proxy(onProgress))),
    cancel: async () => server?.cancel(),
  }
}
