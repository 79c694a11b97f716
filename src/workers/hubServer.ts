// Fetches models of the Hub into the browser's storage. It knows nothing of data, runs or adapters: it is the one part of the
// studio that may speak to another site, and runs in a worker of its own so that the others may not.
import { Fault, toFailure, type Failure } from '../protocol/failure.ts'
import type { HubProgress, HubRequest } from '../protocol/models.ts'
import type { Result } from '../protocol/result.ts'
import { cancelled } from '../storage/hubConnection.ts'
import { fetchHubModel } from '../storage/hubModel.ts'
import type { Storage } from '../storage/storage.ts'

export interface HubServer {
  /** @param check answers why a model of this type cannot be opened, before its weights are fetched */
  fetch(request: HubRequest, endpoint: string, onProgress: (progress: HubProgress) => void, check: (modelType: string) => Promise<Failure | undefined>): Promise<Result<string>>
  cancel(): Promise<void>
}

export function hubServer(storage: Storage): HubServer {
  let stop: AbortController | undefined
  return {
    async fetch(request, endpoint, onProgress, check) {
      if (stop) return { ok: false, failure: toFailure(new Fault('network', 'Another model is being fetched.', 'Wait for it, or cancel it.')) }
      const { signal } = (stop = new AbortController())
      const refuse = async (modelType: string): Promise<void> => {
        const failure = await check(modelType)
        if (failure) throw new Fault(failure.code, failure.message, failure.hint, failure.detail)
      }
      try {
        return { ok: true, value: await fetchHubModel(storage, request, { endpoint, signal }, { onProgress, check: refuse }) }
      } catch (error) {
        return { ok: false, failure: toFailure(signal.aborted ? cancelled() : error) }
      } finally {
        stop = undefined
      }
    },
    async cancel() {
      stop?.abort()
    },
  }
}
