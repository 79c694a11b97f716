// What a person takes away into a folder of theirs or to the Hub: listed first, sent on their word, one at a time.
import type { Exported } from '../protocol/adapters.ts'
import type { Failure } from '../protocol/failure.ts'
import type { Parcel, ParcelList, PushRequest, SendProgress } from '../protocol/takeAway.ts'
import type { Sending } from './appState.ts'
import type { Context } from './context.ts'
import { answer } from './held.ts'

/** Equal for the same thing asked for again. */
export const keyOf = (parcel: Parcel): string => (parcel.what === 'script' ? 'script' : JSON.stringify(parcel))

export interface SendActions {
  listParcel(parcel: Parcel): Promise<ParcelList | Failure>
  /** Makes the file; the caller saves it. */
  zipParcel(parcel: Parcel): Promise<Exported | undefined>
  writeParcel(parcel: Parcel, into: FileSystemDirectoryHandle): Promise<void>
  pushParcel(parcel: Parcel, request: PushRequest): Promise<void>
  cancelParcel(): Promise<void>
  /** Forgets how the last one went. */
  settleParcel(): void
}

export function sendActions({ studio, store }: Context): SendActions {
  const { getState, setState } = store
  const begin = (parcel: Parcel, doing: Sending['doing'] & string): string | undefined => {
    if (getState().sending?.doing) return undefined
    const key = keyOf(parcel)
    setState({ sending: { key, doing } })
    return key
  }
  const report = (progress: SendProgress): void => setState(({ sending }) => (sending?.doing ? { sending: { ...sending, progress } } : {}))
  return {
    async listParcel(parcel) {
      const result = await answer(studio.listParcel(parcel))
      return result.ok ? result.value : result.failure
    },
    async zipParcel(parcel) {
      const key = begin(parcel, 'zip')
      if (key === undefined) return undefined
      const result = await answer(studio.zipParcel(parcel))
      setState({ sending: result.ok ? { key } : { key, failure: result.failure } })
      return result.ok ? result.value : undefined
    },
    async writeParcel(parcel, into) {
      const key = begin(parcel, 'folder')
      if (key === undefined) return
      const result = await answer(studio.writeParcel(parcel, into, report))
      setState({ sending: result.ok ? { key, folder: `${into.name}/${result.value}` } : { key, failure: result.failure } })
    },
    async pushParcel(parcel, request) {
      const key = begin(parcel, 'hub')
      if (key === undefined) return
      const result = await answer(studio.pushParcel(parcel, request, report))
      setState({ sending: !result.ok ? { key, failure: result.failure } : 'exists' in result.value ? { key, exists: result.value.exists } : { key, pushed: result.value } })
    },
    cancelParcel: () => studio.cancelParcel(),
    settleParcel() {
      if (!getState().sending?.doing) setState(({ sending: _sending, ...rest }) => rest, true)
    },
  }
}
