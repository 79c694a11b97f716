// Models of the Hugging Face Hub and the models that are stored in this browser, as the page sees them.
import type { BaseInfo } from './baseInfo.ts'
import type { Result } from './result.ts'

export interface HubRequest {
  /** `org/name`, `org/name@revision`, or the address of the model's page; `org/name/file.gguf` for one GGUF file of it. */
  readonly repo: string
  /** A branch, tag or commit; unsaid: what `repo` says, or the default branch. */
  readonly revision?: string
  /** An access token, for gated and private models. Goes to the Hub alone, and is kept nowhere. */
  readonly token?: string
}

export interface HubProgress {
  /** Asking what there is, fetching, or waiting because the Hub or the connection asks for it. */
  readonly doing: 'asking' | 'fetching' | 'waiting'
  readonly file?: string
  /** Bytes, over all files. */
  readonly done: number
  readonly total: number
  readonly bytesPerSecond?: number
  readonly secondsLeft?: number
  /** While waiting: why, as a sentence. */
  readonly reason?: string
}

/** Where models may be fetched from, as this studio was built or started. */
export interface HubPlace {
  readonly endpoint: string
}

export interface StoredModelInfo {
  readonly id: string
  readonly source: 'builtin' | 'hub' | 'folder'
  /** Built-in id, folder, or repository; for one of its GGUF files with the path of that. */
  readonly name: string
  readonly revision?: string
  readonly commit?: string
  /** Of a folder: the hash of its configuration and weights. */
  readonly sha256?: string
  /** Bytes of all its files, and how many of them are here. */
  readonly bytes: number
  readonly arrived: number
  readonly complete: boolean
  readonly usedAt: number
}

/** What the page may ask about models that come from elsewhere or were kept; a part of `Studio`. */
export interface ModelLibrary {
  /** Undefined where this studio may fetch from no Hub. */
  hub(): Promise<Result<HubPlace | undefined>>
  /** Fetches what is not stored yet, checks it, and answers with the model's id here; it is not opened. One at a time; what has
   * arrived survives a failure. */
  fetchHub(request: HubRequest, onProgress: (progress: HubProgress) => void): Promise<Result<string>>
  cancelHub(): Promise<void>
  models(): Promise<Result<readonly StoredModelInfo[]>>
  /** Opens a stored model as the base, without the network: by its id, or by `hub/org/name@revision` as it was asked for. */
  openStored(id: string): Promise<Result<BaseInfo>>
  /** Reads every file again and compares; damaged ones are dropped, and named. */
  verifyModel(id: string, onProgress: (done: number, total: number) => void): Promise<Result<{ readonly damaged: readonly string[] }>>
  deleteModel(id: string): Promise<Result<true>>
  /** Copies the dropped model that is open into this browser, so that it is there again after a reload. It is read twice; progress in
   * bytes of both together. */
  keepModel(onProgress: (done: number, total: number) => void): Promise<Result<BaseInfo>>
  /** The model that is being copied is not; nothing of it stays. */
  cancelKeeping(): Promise<void>
}
