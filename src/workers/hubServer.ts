// Fetches models of the Hub into the browser's storage, and sends what a person sends there. It knows nothing of data or runs, and
// of adapters only the files it is handed: it is the one part of the studio that may speak to another site, and runs in a worker of
// its own so that the others may not.
import { Fault, faultOf, toFailure, type Failure } from '../protocol/failure.ts'
import type { HubProgress, HubRequest } from '../protocol/models.ts'
import type { NamedFile, Result } from '../protocol/result.ts'
import type { Pushed, PushRequest, RepoExists, SendProgress } from '../protocol/takeAway.ts'
import { cancelled } from '../storage/hubConnection.ts'
import { fetchHubModel } from '../storage/hubModel.ts'
import { pushCancelled, pushToHub } from '../storage/hubPush.ts'
import type { Storage } from '../storage/storage.ts'

export interface HubServer {
  /** @param check answers why a model of this type cannot be opened, before its weights are fetched */
  fetch(request: HubRequest, endpoint: string, onProgress: (progress: HubProgress) => void, check: (modelType: string) => Promise<Failure | undefined>): Promise<Result<string>>
  push(request: PushRequest, endpoint: string, files: readonly NamedFile[], onProgress: (progress: SendProgress) => void): Promise<Result<Pushed | RepoExists>>
  cancel(): Promise<void>
}

/** @param onEnd called before a piece of work is answered: the worker ends with the answer */
export function hubServer(storage: Storage, onEnd: () => void = () => undefined): HubServer {
  let stop: AbortController | undefined
  const alone = async <T>(work: (signal: AbortSignal) => Promise<T>, onCancel: () => Fault): Promise<Result<T>> => {
    if (stop) return { ok: false, failure: toFailure(new Fault('network', 'The Hub is being spoken to already.', 'Wait until that is done, or cancel it.')) }
    const { signal } = (stop = new AbortController())
    try {
      return { ok: true, value: await work(signal) }
    } catch (error) {
      return { ok: false, failure: toFailure(signal.aborted ? onCancel() : error) }
    } finally {
      stop = undefined
      onEnd()
    }
  }
  return {
    fetch(request, endpoint, onProgress, check) {
      const refuse = async (modelType: string): Promise<void> => {
        const failure = await check(modelType)
        if (failure) throw faultOf(failure)
      }
      return alone((signal) => fetchHubModel(storage, request, { endpoint, signal }, { onProgress, check: refuse }), cancelled)
    },
    push: (request, endpoint, files, onProgress) => alone((signal) => pushToHub(files, request, { endpoint, signal }, onProgress), pushCancelled),
    async cancel() {
      stop?.abort()
    },
  }
}
