// What a person takes away, and where to: a zip, a folder of theirs, or a repository on the Hub. Nothing goes anywhere unasked.
import type { AdapterFormat, AdapterUse, Exported, MergedFormat } from './adapters.ts'
import type { OnnxType } from './onnx.ts'
import type { Recipe } from './recipe.ts'
import type { Result } from './result.ts'

export type Parcel =
  /** A stored adapter, or that of a run. */
  | { readonly what: 'adapter'; readonly id: string; readonly format: AdapterFormat }
  /** The open base with these merged in. */
  | { readonly what: 'merged'; readonly adapters: readonly AdapterUse[]; readonly name: string; readonly format: MergedFormat }
  /** The same as ONNX. */
  | { readonly what: 'onnx'; readonly adapters: readonly AdapterUse[]; readonly name: string; readonly dtype: OnnxType }
  /** The run of a recipe on the open data, as a Python folder for larger machines; it need not have trained here. */
  | { readonly what: 'script'; readonly recipe: Recipe }

export interface ParcelList {
  /** As a folder may be called. */
  readonly name: string
  readonly files: readonly { readonly path: string; readonly bytes: number }[]
}

export interface SendProgress {
  /** `packing` merges and converts before anything leaves; `waiting` says why in `reason`. */
  readonly doing: 'packing' | 'writing' | 'hashing' | 'uploading' | 'waiting'
  readonly file?: string
  /** Bytes, over all files. */
  readonly done: number
  readonly total: number
  readonly reason?: string
}

export interface PushRequest {
  /** `owner/name`, or `name` of the token's owner. */
  readonly repo: string
  /** May write. Goes to the Hub alone, and is kept nowhere. */
  readonly token: string
  readonly isPrivate: boolean
  /** The repository may be there already; files of the same names are replaced in a new commit. */
  readonly intoExisting?: boolean
}

export interface Pushed {
  readonly repo: string
  /** Of its page. */
  readonly url: string
  readonly commit: string
  readonly isPrivate: boolean
}
/** There is such a repository, and nothing was sent: see `intoExisting`. */
export interface RepoExists {
  readonly exists: string
}

/** What the page may ask about taking away; a part of `Studio`. One parcel is sent at a time. */
export interface TakeAway {
  /** Names and sizes of what would leave, before it does. */
  listParcel(parcel: Parcel): Promise<Result<ParcelList>>
  /** As one zip, or the GGUF file itself. */
  zipParcel(parcel: Parcel): Promise<Result<Exported>>
  /** Into a new folder below the chosen one, file by file, never whole in memory; answers the new folder's name. */
  writeParcel(parcel: Parcel, into: FileSystemDirectoryHandle, onProgress: (progress: SendProgress) => void): Promise<Result<string>>
  /** To the Hub that this studio was built for. What arrived whole is not sent again when it is asked for once more. */
  pushParcel(parcel: Parcel, request: PushRequest, onProgress: (progress: SendProgress) => void): Promise<Result<Pushed | RepoExists>>
  cancelParcel(): Promise<void>
}
